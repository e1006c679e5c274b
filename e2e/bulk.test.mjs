// Many pupils in a row: a filter of one's own, the next pupil, an outcome, and the same list again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { town } from "./town.mjs";

const NAME = "Oma aamulista";

let place;
before(async () => { place = await town(); });
after(async () => { await place.stop(); });

const at = (page) => page.locator(".place .at");
const query = (page) => new URL(page.url()).searchParams;

/** The numbers of "3 / 17". */
async function numbers(page) {
  const found = /(\d+) \/ (\d+)/.exec(await at(page).innerText());
  return found.slice(1).map(Number);
}

for (const script of [true, false]) {
  test(`a worker goes through the list, ${script ? "with" : "without"} a script`, async () => {
    const page = await place.person("sky-worker", { script });
    await page.goto("/watch-list");
    await page.locator("details.filters summary").first().click();
    await page.locator("#step").selectOption("1");
    await page.locator("#show").selectOption("late");
    await page.locator("form .button", { hasText: "Rajaa" }).click();
    await page.waitForURL(/show=late/);
    const filter = page.url();

    // A filter of one's own, by a name that stands in no address.
    const name = `${NAME} ${script}`;
    await page.locator("summary", { hasText: "Tallenna tämä rajaus" }).click();
    await page.getByLabel("Rajauksen nimi").fill(name);
    await page.getByRole("button", { name: "Tallenna rajaus" }).click();
    await page.waitForLoadState();
    const chip = page.locator(".chips a", { hasText: name });
    assert.equal(await chip.getAttribute("aria-current"), "true");
    assert.doesNotMatch(page.url(), /Oma|aamulista/);
    await page.goto("/watch-list");
    await chip.click();
    await page.waitForURL(/show=late/);

    // The first pupil, and the next one.
    const rows = page.locator("table.list th a");
    const listed = await rows.count();
    assert.ok(listed >= 3, `${listed} rows`);
    const second = await rows.nth(1).innerText();
    await rows.first().click();
    await page.waitForURL(/pupils/);
    assert.deepEqual(await numbers(page), [1, listed]);
    assert.equal(await page.getByRole("link", { name: "Edellinen" }).count(), 0);
    await page.getByRole("link", { name: "Seuraava", exact: true }).click();
    await page.locator("h1", { hasText: second }).waitFor();
    assert.deepEqual(await numbers(page), [2, listed]);

    // An attempt leaves the pupil in the list; the place is kept.
    const own = new URL(page.url()).pathname;
    await page.locator(".headline").getByRole("link", { name: "Kirjaa yhteydenotto" }).click();
    // The same contact again within minutes would be asked about.
    await page.locator(`label[for=contact_with-${script ? "home" : "pupil"}]`).click();
    await page.locator("label[for=contact_outcome-not_reached]").click();
    await page.getByRole("button", { name: "Tallenna yhteydenotto" }).click();
    await page.waitForURL(/#done/);
    assert.equal(new URL(page.url()).pathname, own);
    assert.equal(query(page).get("show"), "late");
    assert.match(await page.locator(".timeline").innerText(), /ei tavoitettu/);
    const [, all] = await numbers(page);
    assert.equal(all, listed);

    // On to the next one, and back to the same list at the row of the pupil.
    await page.getByRole("link", { name: "Seuraava", exact: true }).click();
    await page.waitForURL((url) => url.pathname !== own);
    const [number] = await numbers(page);
    const last = new URL(page.url()).pathname.split("/").pop();
    await page.getByRole("link", { name: "Takaisin luetteloon" }).click();
    await page.waitForURL(/watch-list/);
    assert.equal(page.url(), `${filter.replace("&class=", "").replace("&known=", "")}#pupil-${last}`);
    assert.match(await rows.nth(number - 1).getAttribute("href"), new RegExp(`/pupils/${last}\\?`));

    await page.getByRole("button", { name: `Poista oma rajaus ”${name}”` }).click();
    await page.waitForLoadState();
    assert.equal(await chip.count(), 0);
  });
}

test("a pupil who has left the filter is said to have, and the next one has moved up", async () => {
  const page = await place.person("sky-worker");
  await page.goto("/watch-list?show=new");
  const rows = page.locator("table.list th a");
  const listed = await rows.count();
  assert.ok(listed >= 2, `${listed} rows`);
  const second = await rows.nth(1).innerText();
  await rows.first().click();
  await page.waitForURL(/pupils/);
  await page.getByRole("button", { name: "Otan hoidettavaksi" }).click();
  await page.waitForURL(/#done/);
  assert.match(await at(page).innerText(), /ei ole nyt tässä luettelossa/);
  await page.getByRole("link", { name: "Seuraava", exact: true }).click();
  await page.locator("h1", { hasText: second }).waitFor();
  assert.deepEqual(await numbers(page), [1, listed - 1]);
});

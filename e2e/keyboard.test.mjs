// Each role does its work with the keyboard alone, and always sees where the focus is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { town } from "./town.mjs";

let place;
before(async () => { place = await town(); });
after(async () => { await place.stop(); });

/** Presses Tab until the focus is on something whose words match; the focus is seen at each stop. */
async function tabTo(page, words, most = 150) {
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const here = document.activeElement;
      const label = here.labels?.[0]?.innerText ?? "";
      const { outlineStyle, outlineWidth } = getComputedStyle(here);
      const drawn = here.matches(".choices > input, .choice > input")
        ? getComputedStyle(here.nextElementSibling ?? here) : { outlineStyle, outlineWidth };
      return { text: `${here.innerText ?? ""} ${label} ${here.getAttribute("aria-label") ?? ""}`.trim(), tag: here.tagName,
        // A date shows the focus in its parts.
        seen: here.type === "date" || outlineStyle !== "none" || drawn.outlineStyle !== "none" };
    });
    if (at.tag === "BODY") continue;
    assert.ok(at.seen, `the focus is not seen on ${at.tag} ${at.text}`);
    if (words.test(at.text)) return;
  }
  assert.fail(`no way by Tab to ${words}`);
}

async function skips(page) {
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "content");
}

test("teacher: a register with one absent and one late", async () => {
  const page = await place.person("teacher");
  await skips(page);
  await tabTo(page, /Merkitse.*8B/s);
  await page.keyboard.press("Enter");
  await page.locator(".sheet").waitFor();
  await page.keyboard.press("n");
  assert.ok(await page.locator(".sheet legend").first().isVisible());
  assert.equal(await page.locator(".sheet label:visible, .sheet .small:visible, .sheet .tag:visible").count(), 0,
    "names alone on the screen of the classroom");
  await page.keyboard.press("n");
  assert.ok(await page.locator(".sheet label").first().isVisible());
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("a");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("l");
  await page.keyboard.type("7");
  assert.match(await page.locator(".sum").innerText(), /myöhässä/);
  await page.keyboard.press("Enter");
  await page.locator(".saved.now").waitFor();
  const kept = await page.locator(".sheet input:checked").evaluateAll((all) => all.map((one) => one.value));
  assert.equal(kept[1], "absent");
  assert.equal(kept[2], "late");
  assert.equal(await page.locator(".sheet li").nth(2).locator("input[type=text]").inputValue(), "7");
});

test("SKY worker: from the first page to a contact that is logged", async () => {
  const page = await place.person("sky-worker");
  await skips(page);
  await tabTo(page, /^\p{Lu}\p{Ll}+ \p{Lu}\p{Ll}+$/u);
  await page.keyboard.press("Enter");
  await page.waitForURL(/pupils/);
  await tabTo(page, /Kirjaa yhteydenotto/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/contact/);
  await tabTo(page, /^koti/);
  await page.keyboard.press("Space");
  await tabTo(page, /tavoitettu/);
  await page.keyboard.press("Space");
  await tabTo(page, /Tallenna yhteydenotto/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/pupils\/\d+\S*#done/);
  assert.match(await page.locator(".timeline").innerText(), /tavoitettu/);
});

test("SKY worker: from pupil to pupil, and on from the same row of the list", async () => {
  const page = await place.person("sky-worker");
  await page.goto("/watch-list");
  await tabTo(page, /^Tallenna taulukkona$/);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/pupils/);
  await tabTo(page, /^Seuraava$/);
  await page.keyboard.press("Enter");
  await page.locator(".place .at", { hasText: "2 /" }).waitFor();
  const own = new URL(page.url()).pathname;
  await tabTo(page, /^Takaisin luetteloon$/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/watch-list#pupil-/);
  // The first stop is the row that one came from, not the top of the page.
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("href")), own);
});

test("SKY worker: errors take the focus and lead to their fields", async () => {
  const page = await place.person("sky-worker");
  await page.goto("/watch-list");
  await page.locator("table.list th a").first().click();
  await page.goto(`${new URL(page.url()).pathname}/no-concern`);
  await tabTo(page, /Tallenna päätös/);
  await page.keyboard.press("Enter");
  await page.locator(".errors").waitFor();
  await tabTo(page, /Valitse, miksi/);
  await page.keyboard.press("Enter");
  const at = await page.evaluate(() => document.activeElement.name ?? document.activeElement.id);
  assert.match(String(at), /no_concern/);
});

/** Where the focus is: the class of the summary, where it is there. */
const focused = (page) => page.evaluate(() => document.activeElement.className);

for (const script of [true, false]) {
  test(`errors take the focus ${script ? "with" : "without"} a script`, async () => {
    const worker = await place.person("sky-worker", { script });
    await worker.goto("/watch-list");
    const pupil = await worker.locator("table.list th a").first().getAttribute("href");
    const forms = [[worker, `${pupil}/contact`, "form.card button"], [worker, "/password", "form.card button"]];
    const principal = await place.person("principal", { script });
    forms.push([principal, "/substitutes", "form[action='/substitutes'][method=post] button"]);
    const administrator = await place.person("administrator", { script });
    forms.push([administrator, "/imports", "form:has(#files) button"]);
    for (const [page, path, button] of forms) {
      await page.goto(path);
      await page.locator(button).first().click();
      await page.locator(".errors").waitFor();
      assert.equal(await focused(page), "errors", path);
      const wrong = page.locator("[aria-invalid=true], fieldset.wrong").first();
      const told = (await wrong.getAttribute("aria-describedby")).split(" ")[0];
      assert.ok((await page.locator(`#${told}`).innerText()).length > 5, path);
    }
    const nobody = await place.person("none", { script });
    await nobody.goto("/sign-in");
    await nobody.locator("#login").fill("x");
    await nobody.locator("#password").fill("x");
    await nobody.locator("form.card button").click();
    await nobody.locator(".errors").waitFor();
    assert.equal(await focused(nobody), "errors");
  });
}

test("SKY worker: Back after a contact asks before it is logged again, and the note is counted", async () => {
  const page = await place.person("sky-worker");
  await page.goto("/watch-list");
  const pupil = await page.locator("table.list th a").nth(4).getAttribute("href");
  await page.goto(`${pupil}/contact`);
  const fill = async () => {
    await page.locator("label[for=contact_with-pupil]").click();
    await page.locator("label[for=contact_outcome-not_reached]").click();
    await page.locator("#note").fill(`a${"b".repeat(500)}`);
    await page.locator("#note-count", { hasText: "1 merkki liikaa" }).waitFor();
    await page.locator("#note").fill("Soitin.\nEi vastausta.");
    await page.locator("#note-count", { hasText: "merkkiä jäljellä" }).waitFor();
    await page.locator("form.card button").click();
  };
  await fill();
  await page.waitForURL(/#done$/);
  const lines = await page.locator(".timeline .note").first().evaluate((one) => one.getClientRects().length
    && getComputedStyle(one).whiteSpace);
  assert.equal(lines, "pre-line");
  const logged = await page.locator(".timeline li").count();
  await page.goBack();
  await page.waitForURL(/contact$/);
  await fill();
  await page.locator("h1", { hasText: "Kirjasit tämän juuri" }).waitFor();
  await page.goto(pupil);
  assert.equal(await page.locator(".timeline li").count(), logged);
});

test("SKY worker: a session that ended says so and leads back to the form", async () => {
  const page = await place.person("sky-worker");
  await page.goto("/watch-list?class=8B");
  const pupil = await page.locator("table.list th a").first().getAttribute("href");
  const path = new URL(pupil, place.url);
  await page.goto(`${path.pathname}/contact`);
  const form = page.url();
  await page.locator("#note").fill("ei saa kadota sanatta");
  await page.context().clearCookies();
  await page.locator("form.card button").click();
  await page.locator("[role=alert]", { hasText: "ei" }).waitFor();
  assert.match(await page.locator("[role=alert]").innerText(), /ei.*tallennettu/);
  await page.locator("a[href^='/demo/sky-worker']").click();
  await page.waitForURL(form);
});

test("principal: the lessons that nobody marked", async () => {
  const page = await place.person("principal");
  await tabTo(page, /^Merkitsemättä$/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/marking-debt/);
  await tabTo(page, /^Merkitse\s*:/s);
  await page.keyboard.press("Enter");
  await page.waitForURL(/registers/);
});

test("substitute: the register of a lesson that is theirs today", async () => {
  const page = await place.person("substitute");
  await tabTo(page, /^(Merkitse|Korjaa)/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/registers/);
});

for (const role of ["coordinator", "administrator"]) {
  test(`${role}: every place of the navigation, and signing out`, async () => {
    const page = await place.person(role);
    const names = await page.locator(".places a").allInnerTexts();
    assert.ok(names.length >= 2);
    for (const name of names) {
      await tabTo(page, new RegExp(`^${name}$`));
      await page.keyboard.press("Enter");
      await page.locator(".places a[aria-current]", { hasText: name }).waitFor();
    }
    await page.goto("/today");
    await tabTo(page, /koordinaattori|pääkäyttäjä/);
    await page.keyboard.press("Enter");
    await tabTo(page, /Kirjaudu ulos/);
    await page.keyboard.press("Enter");
    await page.waitForURL(/sign-in/);
  });
}

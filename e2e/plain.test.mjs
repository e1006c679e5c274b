// Without a script, on a narrow phone, with text twice as large: nothing is lost.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PAGES } from "./pages.mjs";
import { town, twiceTheText } from "./town.mjs";

let place;
before(async () => { place = await town(); });
after(async () => { await place.stop(); });

test("list, pupil, contact and register without a script", async () => {
  const page = await place.person("sky-worker", { script: false });
  await page.goto("/watch-list");
  await page.locator("details.filters summary").click();
  await page.locator("#step").selectOption({ index: 2 });
  await page.locator("form .button", { hasText: "Rajaa" }).click();
  await page.waitForURL(/step=/);
  await page.locator("table.list th a").first().click();
  await page.waitForURL(/pupils/);
  await page.locator("figure details summary, .card details summary").first().click();
  assert.ok(await page.locator("details[open] table").first().isVisible(), "the table beside the picture");
  await page.getByRole("link", { name: "Kirjaa yhteydenotto" }).click();
  await page.locator("label[for=contact_with-home]").click();
  await page.locator("label[for=contact_outcome-agreed]").click();
  await page.getByRole("button", { name: "Tallenna yhteydenotto" }).click();
  await page.waitForURL(/pupils/);
  assert.match(await page.locator(".timeline").innerText(), /sovittu/);

  const teacher = await place.person("teacher", { script: false });
  await teacher.locator(".lessons li", { hasText: "8B" }).locator("a").click();
  await teacher.locator(".sheet li").nth(2).locator("label.absent").click();
  await teacher.locator(".save button").click();
  await teacher.locator(".saved.now").waitFor();
  await teacher.getByRole("button", { name: "Peru tallennus" }).click();
  await teacher.waitForURL(/registers/);
});

/** What of a page is cut off or makes it scroll sideways. */
const lost = () => {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth + 1) found.push(`page ${root.scrollWidth} > ${root.clientWidth}`);
  // What a browser writes into its own file field is cut by the browser, too.
  for (const part of document.querySelectorAll("main *:not([type=file]), header *")) {
    const { overflowX, position } = getComputedStyle(part);
    const cut = overflowX === "hidden" || overflowX === "clip";
    if (cut && part.scrollWidth > part.clientWidth + 1 && !part.closest("svg, .hidden") && position !== "absolute") {
      found.push(`${part.tagName}.${part.className} ${part.scrollWidth} > ${part.clientWidth}`);
    }
  }
  return found;
};

for (const [what, options, change] of [
  ["320 px", { width: 320, height: 640 }, () => {}],
  ["text at 200 %", { width: 1280 }, twiceTheText],
  ["text at 200 % on a phone", { width: 360, height: 740 }, twiceTheText],
]) {
  for (const language of ["fi", "sv"]) {
    test(`${what} loses nothing, ${language}`, async () => {
      const bad = [];
      for (const role of new Set(PAGES.map(([, role]) => role))) {
        const page = await place.person(role, { ...options, language });
        for (const [name, , open] of PAGES.filter(([, of]) => of === role)) {
          await open(page);
          await change(page);
          bad.push(...(await page.evaluate(lost)).map((text) => `${name}: ${text}`));
        }
        await page.context().close();
      }
      assert.deepEqual(bad, []);
    });
  }
}

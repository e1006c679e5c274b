// A register of a class on a phone: taps and seconds.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { town } from "./town.mjs";

let place;
before(async () => { place = await town(); });
after(async () => { await place.stop(); });

test("21 pupils, two exceptions: at most 3 taps and one for each exception, in 15 seconds", async () => {
  const page = await place.person("teacher", { width: 360, height: 740, touch: true });
  let taps = 0;
  const tap = async (target) => { taps += 1; await target.tap(); };
  const began = Date.now();
  await page.goto("/today");
  await tap(page.locator(".lessons li", { hasText: "8B" }).locator("a"));
  const rows = page.locator(".sheet li");
  await rows.first().waitFor();
  assert.ok(await rows.count() >= 20, "a class of 20 or more");
  await tap(rows.nth(4).locator("label.absent"));
  await tap(rows.nth(9).locator("label.late"));
  await tap(page.locator(".save button"));
  await page.locator(".saved", { hasText: "Tallennettu" }).waitFor();
  const seconds = (Date.now() - began) / 1000;
  console.log(`register: ${taps} taps, ${seconds.toFixed(1)} s`);
  assert.ok(taps <= 3 + 2, `${taps} taps`);
  assert.ok(seconds <= 15, `${seconds} s`);

  // What is tapped is at least 44 px high and wide enough for a thumb.
  await page.goto("/today");
  await page.locator(".lessons li", { hasText: "8C" }).locator("a, .tag").first().waitFor();
  await page.goBack();
  for (const label of await page.locator(".choices > label:visible").all()) {
    const box = await label.boundingBox();
    if (box) assert.ok(box.height >= 43.5 && box.width >= 40, JSON.stringify(box));
  }
});

test("a save can be undone at once", async () => {
  const page = await place.person("teacher");
  await page.locator(".lessons li", { hasText: "8A" }).first().locator("a").click();
  const row = page.locator(".sheet li").nth(6);
  const was = await row.locator("input:checked").getAttribute("value");
  await row.locator("label.elsewhere").click();
  await page.locator(".save button").click();
  await page.locator(".saved.now").waitFor();
  assert.equal(await row.locator("input:checked").getAttribute("value"), "elsewhere");
  await page.getByRole("button", { name: "Peru tallennus" }).click();
  await page.waitForLoadState();
  assert.equal(await row.locator("input:checked").getAttribute("value"), was);
});

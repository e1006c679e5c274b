// The guided tour of the demo town: it goes on over forms, back and forward, and disturbs no filter.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { town } from "./town.mjs";

let place;
before(async () => { place = await town(); });
after(async () => { await place.stop(); });

const card = (page) => page.locator(".tour");
const next = (page) => card(page).getByRole("link", { name: "Seuraava kohta" }).click();

test("a teacher saves and undoes on the way, without a script", async () => {
  const page = await place.person("teacher", { script: false });
  await card(page).getByRole("link", { name: "Aloita kierros" }).click();
  await card(page).getByText("Kierros 1/5.").waitFor();
  await next(page);
  await page.waitForURL(/registers/);
  const register = page.url();
  await page.locator(".sheet li").nth(2).locator("label.absent").click();
  await page.locator(".save button").click();
  await page.locator(".saved.now").waitFor();
  assert.match(await card(page).innerText(), /Kierros 2\/5/, "the card is there after a save");
  await next(page);
  await card(page).getByText("Kierros 3/5.").waitFor();
  assert.equal(page.url(), register, "the register that one has just saved");
  await page.getByRole("button", { name: "Peru tallennus" }).click();
  await page.waitForURL(/registers/);
  await next(page);
  await page.waitForURL(/watch-list/);
  await next(page);
  await page.waitForURL(/marking-debt/);
  await card(page).getByRole("link", { name: "Kierros on valmis" }).click();
  await page.waitForURL(/today/);
  await card(page).getByRole("link", { name: "Aloita kierros" }).waitFor();
});

test("a worker goes back and forward and keeps the filter", async () => {
  const page = await place.person("sky-worker");
  await page.goto("/watch-list?show=silent");
  assert.equal(await card(page).count(), 0);
  await page.goto("/demo/tour/2");
  await page.goto("/watch-list?show=silent");
  await card(page).getByText("Kierros 2/5.").waitFor();
  await page.locator("table.list th a").nth(1).click();
  await page.waitForURL(/pupils\/\d+\?show=silent/);
  await card(page).getByText("Kierros 2/5.").waitFor();
  await page.goBack();
  assert.match(page.url(), /watch-list\?show=silent$/);
  await page.goForward();
  assert.match(page.url(), /pupils\/\d+\?show=silent$/);
  await card(page).getByRole("link", { name: "Lopeta kierros" }).click();
  await page.waitForURL(/today/);
  await page.goBack();
  assert.equal(await card(page).count(), 0, "an ended tour is over on every page");
});

// The loop of a morning with a protected pupil: the principal gives a right, a teacher marks, the list changes,
// the worker logs, and nobody without the right sees it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { followProtected } from "./pages.mjs";
import { town } from "./town.mjs";

// Absent for a sixth Wednesday: with this lesson her absences reach the first step.
const LISTED = "Jokela, Vilja";
const NAME = "Vilja Jokela";

let place;
before(async () => { place = await town(); });
after(async () => { await place.stop(); });

const rowOf = (page) => page.locator("table.list tr", { hasText: NAME });

test("teacher marks, list changes, worker logs a contact, nobody else sees it", async () => {
  const worker = await place.person("sky-worker");
  // She is protected: the list shows her to whoever holds a right for her.
  await followProtected(worker);
  await worker.goto("/watch-list");
  assert.equal(await rowOf(worker).count(), 0, "she is on no list in the morning");

  const teacher = await place.person("teacher");
  await teacher.locator(".lessons li", { hasText: "8B" }).locator("a").click();
  await teacher.locator(".sheet li", { hasText: LISTED }).locator("label.absent").click();
  await teacher.locator(".save button").click();
  await teacher.locator(".saved", { hasText: "Tallennettu" }).waitFor();

  await worker.goto("/watch-list");
  const row = await rowOf(worker).innerText();
  assert.match(row, /6 tuntia samana viikonpäivänä/);
  assert.match(row, /viimeistään 11\.3\./);
  assert.match(row, /ei yhteydenottoja/);

  await rowOf(worker).locator("th a").click();
  await worker.getByRole("link", { name: "Kirjaa yhteydenotto" }).click();
  await worker.getByLabel("koti").check({ force: true });
  await worker.getByLabel("tavoitettu", { exact: false }).first().check({ force: true });
  await worker.getByRole("button", { name: "Tallenna yhteydenotto" }).click();
  await worker.waitForURL(/pupils\/\d+/);
  assert.match(await worker.locator(".timeline").innerText(), /tavoitettu/);

  const principal = await place.person("principal");
  await principal.goto("/watch-list");
  assert.equal(await rowOf(principal).count(), 0, "the principal holds no right for her");
  const path = new URL(worker.url()).pathname;
  assert.equal((await principal.goto(path)).status(), 404);
  await worker.goto("/watch-list");
  assert.match(await rowOf(worker).innerText(), /koti: tavoitettu 10\.3\./);
  await worker.goto(path);
  assert.match(await worker.locator(".timeline").innerText(), /Aino Salmi/);
});

test("what two teachers save of one lesson is shown side by side", async () => {
  const open = async () => {
    const page = await place.person("teacher");
    await page.locator(".lessons li", { hasText: "8A" }).first().locator("a").click();
    await page.locator(".sheet").waitFor();
    return page;
  };
  const [first, second] = [await open(), await open()];
  await first.locator(".sheet li").nth(3).locator("label.absent").click();
  await first.locator(".save button").click();
  await first.locator(".saved").waitFor();
  await second.locator(".sheet li").nth(3).locator("label.late").click();
  await second.locator(".save button").click();
  await second.locator(".errors").waitFor();
  assert.equal(await second.locator(".sheet li.differs").count(), 1);
  assert.match(await second.locator(".sheet li.differs").innerText(), /tallennettu:\s*poissa/);
  await second.locator(".save button").click();
  await second.locator(".saved.now").waitFor();
});

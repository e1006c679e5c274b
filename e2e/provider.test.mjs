// Signing in by a real OpenID provider: in, out, too weak, unknown, by invitation, stepping up, and
// with the provider gone.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { freePort, provider } from "./provider.mjs";
import { town } from "./town.mjs";

const SECRET = "a-secret-of-a-test";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SCREENS = process.env.LASNA_SCREENS;
let place;
let idp;
let folder;

before(async () => {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  idp = await provider({ client: "lasna", secret: SECRET, origin, id: "town" });
  folder = mkdtempSync(join(tmpdir(), "lasna-idp-"));
  writeFileSync(join(folder, "town.secret"), `${SECRET}\n`);
  chmodSync(join(folder, "town.secret"), 0o400);
  const identity = join(folder, "identity.toml");
  writeFileSync(identity, `[[provider]]
id = "town"
preset = "generic"
name = { fi = "Kunnan tunnistus", sv = "Kommunens identifiering", en = "Town sign-in" }
issuer = "${idp.issuer}"
client_id = "lasna"
client_secret_file = "town.secret"
loopback = true
acr_levels = ["low", "high"]
min_acr = "high"
two_factors_acr = "high"
`);
  place = await town({ port, identity });
  place.command(["user", "link", "--login", "demo-teacher", "--issuer", idp.issuer], "opettaja-1\n");
});
after(async () => {
  await place?.stop();
  await idp?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function person(options = {}) {
  return place.person("none", { language: "fi", ...options });
}

/** At the page of the provider: says who one is. */
async function letIn(page, who, acr = "high") {
  await page.waitForURL(/let-in/);
  await page.locator("input[name=who]").fill(who);
  await page.locator("input[name=acr]").fill(acr);
  await page.locator("button[value=in]").click();
}

async function signIn(page, who, acr) {
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Kirjaudu: Kunnan tunnistus", exact: true }).click();
  await letIn(page, who, acr);
}

const session = async (page) =>
  (await page.context().cookies(place.url)).find(({ name }) => name === "lasna_session")?.value;

async function isClean(page, name) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run({
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  assert.deepEqual(found.violations.map(({ id, nodes }) => `${name} ${id}: ${nodes[0].target}`), []);
  assert.ok(found.passes.length > 5);
  if (SCREENS) await page.screenshot({ path: `${SCREENS}/provider-${name}.png`, fullPage: true });
}

test("a teacher signs in by the provider, confirms there, signs out here and there", async () => {
  const page = await person();
  await signIn(page, "opettaja-1");
  await page.waitForURL(`${place.url}/today`);
  assert.match(await page.locator("aside.told").innerText(), /Tilisi yhdistettiin/);
  assert.ok(await page.locator(".lessons a").count(), "one's own lessons");
  const first = await session(page);

  await page.goto("/step-up?to=%2Fsessions");
  await isClean(page, "step-up");
  await page.getByRole("link", { name: "Vahvista: Kunnan tunnistus" }).click();
  await letIn(page, "opettaja-1");
  await page.waitForURL(`${place.url}/sessions`);
  assert.notEqual(await session(page), first, "a new token");
  assert.match(await page.locator("main").innerText(), /vahva tunnistuspalvelu/);

  await page.locator(".who summary").click();
  await page.locator("form[action='/sign-out'] button").click();
  await page.waitForURL(/sign-in\?out=town/);
  await isClean(page, "out");
  await page.getByRole("link", { name: "Kirjaudu ulos myös: Kunnan tunnistus" }).click();
  await page.getByRole("button", { name: "Yes" }).click();
  await page.waitForURL(`${place.url}/sign-in`);
  await page.getByRole("link", { name: "Kirjaudu: Kunnan tunnistus", exact: true }).click();
  await page.waitForURL(/let-in/);
  assert.deepEqual(idp.errors, []);
  await page.context().close();
});

test("signing out at the provider ends the session here", async () => {
  const page = await person();
  await signIn(page, "opettaja-1");
  await page.waitForURL(`${place.url}/today`);
  await page.goto("/sign-in/with/town/leave");
  await page.getByRole("button", { name: "Yes" }).click();
  await page.waitForURL(`${place.url}/sign-in`);
  assert.deepEqual(idp.errors, []);
  await page.goto("/today");
  await page.waitForURL(/sign-in\?why=ended/);
  assert.deepEqual(idp.errors, []);
  await page.context().close();
});

test("who is too weak, unknown or turns back comes to a page that says what to do", async () => {
  for (const [who, acr, says] of [
    ["opettaja-1", "low", /ei ollut riittävän vahva/],
    ["joku-muu", "high", /Pyydä kutsu/],
  ]) {
    const page = await person();
    await signIn(page, who, acr);
    await page.waitForURL(/sign-in\?refused=/);
    assert.match(await page.locator("main").innerText(), says);
    assert.equal(await session(page), undefined);
    assert.ok(!page.url().includes("code="));
    await isClean(page, acr);
    await page.context().close();
  }
  const page = await person();
  await page.goto("/sign-in/with/town");
  await page.locator("button[value=back]").click();
  await page.waitForURL(/refused=cancelled/);
  await page.context().close();
});

test("an invitation links an account, without a script too", async () => {
  const told = place.command(["--json", "user", "invite", "--login", "demo-sky-worker"]);
  const { code } = JSON.parse(told);
  const page = await person({ script: false });
  await page.goto("/invitation");
  await page.locator("#code").fill(code);
  await page.locator("form.card button").click();
  await page.getByRole("link", { name: "Kirjaudu: Kunnan tunnistus" }).click();
  await letIn(page, "kuraattori-1");
  await page.waitForURL(`${place.url}/today`);
  await page.context().close();
});

test("the pages are clean in every language, on a phone, light and dark", async () => {
  for (const language of ["fi", "sv", "en"]) {
    for (const dark of [false, true]) {
      const page = await place.person("none", { language, dark, width: 360, height: 740 });
      const tone = `${language}-${dark ? "dark" : "light"}`;
      await page.goto("/sign-in");
      await isClean(page, `sign-in-${tone}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 360, `${wide}`);
      await page.goto("/sign-in?refused=unknown");
      await isClean(page, `unknown-${tone}`);
      await page.goto("/invitation");
      await page.locator("#code").fill("x");
      await page.locator("form.card button").click();
      await page.locator(".errors").waitFor();
      await isClean(page, `invitation-${tone}`);
      await page.context().close();
    }
  }
});

test("with the provider gone whoever is in stays in, and the page says so at once", async () => {
  const page = await person();
  await signIn(page, "opettaja-1");
  await page.waitForURL(`${place.url}/today`);
  await idp.stop();
  // What the provider said of itself counts for five seconds.
  await new Promise((done) => { setTimeout(done, 5_500); });
  await page.goto("/watch-list");
  assert.equal(await page.locator("h1").count(), 1);
  const other = await person();
  await other.goto("/sign-in");
  const begun = Date.now();
  await other.getByRole("link", { name: "Kirjaudu: Kunnan tunnistus", exact: true }).click();
  await other.waitForURL(/refused=down/);
  assert.ok(Date.now() - begun < 6_000);
  const text = await other.locator("main").innerText();
  assert.match(text, /Tunnistuspalvelu ei vastaa nyt/);
  assert.ok(await other.locator("#password").isVisible(), "the other way is there");
  await isClean(other, "down");
  await idp.begin();
  await new Promise((done) => { setTimeout(done, 16_000); });
  await signIn(other, "opettaja-1");
  await other.waitForURL(`${place.url}/today`);
  await page.context().close();
  await other.context().close();
});

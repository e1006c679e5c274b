// A passkey with a virtual device of the browser: made, used to sign in and to confirm, refused from
// another address, given up.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { town } from "./town.mjs";

let place;
let origin;
before(async () => {
  place = await town();
  // A number is no name that a browser binds a key to.
  origin = place.url.replace("127.0.0.1", "localhost");
});
after(async () => { await place.stop(); });

/** A page of its own browser profile, with a device that says yes. */
async function withDevice(base = origin) {
  const context = await place.browser.newContext({ baseURL: base, locale: "fi" });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const session = await context.newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", { options: {
    protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true,
    isUserVerified: true, automaticPresenceSimulation: true,
  } });
  const verified = (isUserVerified) =>
    session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });
  const keys = async () =>
    (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
  const give = (credential) =>
    session.send("WebAuthn.addCredential", { authenticatorId, credential });
  return { page, verified, keys, give };
}

async function make(page, name) {
  await page.goto("/passkeys/new");
  await page.locator("#name").fill(name);
  await page.locator("form[data-passkey] button").click();
  await page.waitForURL(/\/passkeys$/);
}

const cookie = async (page) =>
  (await page.context().cookies()).find(({ name }) => name === "lasna_session")?.value;

test("a passkey is made, signs in alone, confirms, and is given up", async () => {
  const { page, verified, keys } = await withDevice();
  await page.goto("/demo/teacher");
  const before = await cookie(page);
  await make(page, "koulun kannettava");
  assert.notEqual(await cookie(page), before, "a new token");
  assert.equal((await keys()).length, 1);
  assert.match(await page.locator("main").innerText(), /koulun kannettava/);
  assert.match(await page.locator("aside.told").innerText(), /Pääsyavain tehtiin/);
  const name = await page.locator(".who b").innerText();

  await page.locator(".who summary").click();
  await page.locator("form[action='/sign-out'] button").click();
  await page.waitForURL(/sign-in/);
  await page.getByRole("link", { name: "Kirjaudu pääsyavaimella" }).click();
  await verified(false);
  await page.locator("form[data-passkey] button").click();
  await page.locator("[data-failed]:visible").waitFor();
  assert.equal(await cookie(page), undefined, "without the finger there is no session");
  await verified(true);
  await page.locator("form[data-passkey] button").click();
  await page.waitForURL(/today/);
  assert.equal(await page.locator(".who b").innerText(), name);
  await page.goto("/sessions");
  assert.match(await page.locator("main").innerText(), /pääsyavain/);

  await page.goto("/step-up?to=%2Fladder");
  const old = await cookie(page);
  await page.locator("form[data-passkey] button").click();
  await page.waitForURL(/\/today$/);
  assert.notEqual(await cookie(page), old);

  await page.goto("/passkeys");
  await page.locator("form[action='/passkeys/remove'] button").click();
  await page.locator(".rows").waitFor({ state: "detached" });
  await page.context().clearCookies();
  await page.goto("/sign-in/passkey");
  await page.locator("form[data-passkey] button").click();
  await page.locator(".errors").waitFor();
  assert.equal(await cookie(page), undefined, "a key that was given up opens nothing");
});

test("an answer is used once, and for the address it was made for", async () => {
  const { page, keys } = await withDevice();
  await page.goto("/demo/principal");
  await make(page, "puhelin");
  const [credential] = await keys();

  await page.context().clearCookies();
  await page.goto("/sign-in/passkey");
  // The form is held back, so that its answer can be sent twice.
  await page.evaluate(() => { HTMLFormElement.prototype.submit = () => { window.held = true; }; });
  await page.locator("form[data-passkey] button").click();
  await page.waitForFunction(() => window.held);
  const form = await page.evaluate(() =>
    Object.fromEntries(new FormData(document.querySelector("form[data-passkey]"))));
  const send = (form) => page.request.post("/sign-in/passkey",
    { form, headers: { origin }, maxRedirects: 0 });
  const change = (key, value) => {
    const answer = JSON.parse(form.answer);
    const data = JSON.parse(Buffer.from(answer.response.clientDataJSON, "base64url"));
    data[key] = value;
    answer.response.clientDataJSON = Buffer.from(JSON.stringify(data)).toString("base64url");
    return { ...form, answer: JSON.stringify(answer) };
  };
  assert.equal((await send(change("origin", "https://lasna.example"))).status(), 422);
  assert.equal((await send(form)).status(), 422, "the question was used up by the wrong answer");

  // The same key signs the question of this server on a page of another port: only the address that
  // the browser says is wrong.
  const other = await town();
  try {
    const elsewhere = await withDevice(other.url.replace("127.0.0.1", "localhost"));
    await elsewhere.give(credential);
    const question = async () => {
      await page.goto("/sign-in/passkey");
      const asked = await page.locator("input[name=asked]").inputValue();
      const options = await page.locator("form[data-passkey]").getAttribute("data-options");
      return { asked, options };
    };
    const answer = async (page, { asked, options }) => {
      await page.goto("/sign-in/passkey");
      await page.evaluate((options) => {
        const form = document.querySelector("form[data-passkey]");
        const fresh = form.cloneNode(true);
        fresh.dataset.options = options;
        form.replaceWith(fresh);
        HTMLFormElement.prototype.submit = () => { window.held = true; };
      }, options);
      await page.addScriptTag({ url: await page.locator("script[src]").first().getAttribute("src") });
      await page.locator("form[data-passkey] button").click();
      await page.waitForFunction(() => window.held);
      const text = await page.locator("input[name=answer]").inputValue();
      return { asked, answer: text };
    };
    assert.equal((await send(await answer(elsewhere.page, await question()))).status(), 422);
    const right = await send(await answer(page, await question()));
    assert.equal(right.status(), 303, "the same way from the right address");
  } finally {
    await other.stop();
  }

  await page.goto("/sign-in/passkey");
  await page.locator("form[data-passkey] button").click();
  await page.waitForURL(/today/);
});

test("without a script the page says what a passkey needs, and the other way", async () => {
  const context = await place.browser.newContext(
    { baseURL: origin, locale: "fi", javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Kirjaudu pääsyavaimella" }).click();
  assert.match(await page.locator("[data-script]").innerText(), /JavaScriptin/);
  assert.ok(!await page.locator("form[data-passkey] button").isVisible());
  await page.getByRole("link", { name: "Kirjaudu käyttäjätunnuksella" }).click();
  await page.waitForURL(/\/sign-in$/);
});

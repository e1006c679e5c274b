// No page has a violation of WCAG 2.2 A or AA that axe can find, in any language, light and dark.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { PAGES } from "./pages.mjs";
import { town } from "./town.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** What is no page: the program asks for it, or it leads to another address at once. */
const NO_PAGE = /^\/$|^\/(healthz|readyz|metrics|api|demo|assets)|\.csv$|\/refused\/|\/with\//;

let place;
const seen = new Set();
before(async () => { place = await town(); });
after(async () => { await place.stop(); });

async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate((tags) => globalThis.axe.run({ runOnly: tags }), TAGS);
  assert.ok(found.passes.length > 5, "axe looked at the page");
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.failureSummary}`));
}

for (const language of ["fi", "sv", "en"]) {
  for (const dark of [false, true]) {
    test(`axe, ${language}, ${dark ? "dark" : "light"}`, async () => {
      const bad = [];
      for (const role of new Set(PAGES.map(([, role]) => role))) {
        const page = await place.person(role, { language, dark });
        for (const [name, , open] of PAGES.filter(([, of]) => of === role)) {
          await open(page);
          assert.equal(await page.locator("html").getAttribute("lang"), language, name);
          assert.equal(await page.locator("h1").count(), 1, `${name} has one heading of the page`);
          seen.add(new URL(page.url()).pathname);
          bad.push(...(await violations(page)).map((text) => `${name}: ${text}`));
        }
        await page.context().close();
      }
      assert.deepEqual(bad, []);
    });
  }
}

test("axe finds what is wrong when something is", async () => {
  const page = await place.person("none");
  await page.goto("/sign-in");
  await page.evaluate(() => document.querySelector("main").append(document.createElement("img")));
  assert.match((await violations(page)).join(), /image-alt/);
  await page.context().close();
});

test("every page of the program was looked at", () => {
  const routes = readFileSync(new URL("../crates/web/src/routes.rs", import.meta.url), "utf8");
  const pages = [...routes.matchAll(/"GET",\s*"([^"]+)"/g)].map(([, path]) => path);
  assert.ok(pages.length > 20, "the table of routes was read");
  const looked = (path) => {
    const form = new RegExp(`^${path.replace(/\{[^}]+\}/g, "[^/]+")}$`);
    return [...seen].some((address) => form.test(address));
  };
  assert.deepEqual(pages.filter((path) => !NO_PAGE.test(path) && !looked(path)), []);
});

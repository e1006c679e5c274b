// Writes docs/screens/<page>-<width>-<lang>-<light|dark>.png for every page.
import { mkdirSync } from "node:fs";
import { PAGES } from "./pages.mjs";
import { keep } from "./pictures.mjs";
import { town } from "./town.mjs";

const OUT = process.env.LASNA_SCREENS ?? "docs/screens";
/** Pixels of a long page that are shown. */
const TALLEST = 2200;
const ONLY = process.argv.slice(2);

mkdirSync(OUT, { recursive: true });
const place = await town();
try {
  for (const language of ["fi", "sv"]) {
    for (const width of [360, 1280]) {
      for (const dark of [false, true]) await shoot(language, width, dark);
    }
  }
} finally {
  await place.stop();
}

async function shoot(language, width, dark) {
  const tone = dark ? "dark" : "light";
  for (const role of new Set(PAGES.map(([, role]) => role))) {
    const wanted = PAGES.filter(([name, of]) => of === role && (!ONLY.length || ONLY.includes(name)));
    if (!wanted.length) continue;
    const page = await place.person(role, { language, width, dark, height: width < 500 ? 740 : 900 });
    for (const [name, , open] of wanted) {
      await open(page);
      await page.evaluate(() => document.fonts.ready);
      await stretch(page, width);
      await keep(await page.screenshot(), `${OUT}/${name}-${width}-${language}-${tone}.png`);
    }
    await page.context().close();
  }
}

/** As tall as the page, so that what sticks to an edge lies where it belongs; a long list is cut. */
async function stretch(page, width) {
  const tall = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height: Math.min(tall, TALLEST) });
}

// Writes docs/guides/images/<name>-<language>.png: what the guides show of the made-up town.
//
// Invariant: nothing is saved in the town, so that each language shows the same day.
import { mkdirSync } from "node:fs";
import { firstPupil, openLesson } from "./pages.mjs";
import { keep } from "./pictures.mjs";
import { town } from "./town.mjs";

const OUT = process.env.LASNA_GUIDES ?? "docs/guides/images";
const ONLY = process.argv.slice(2);
const PHONE = { width: 360, height: 620, scale: 1.5 };
const DESK = { width: 1000, height: 900, scale: 1 };

const at = (path) => (page) => page.goto(path);

async function openContact(page) {
  await firstPupil(page);
  await page.goto(`${new URL(page.url()).pathname}/contact`);
}

/** The codes of the import folder that nobody has given a meaning. */
async function openCodes(page) {
  await page.goto("/imports");
  await page.locator("#folder").click();
  await page.locator("#refused").waitFor({ timeout: 60_000 });
  await page.goto("/codes");
}

/** As somebody sees it who has begun: the lesson at the top, the button at the foot. */
async function openRegister(page) {
  await openLesson(page);
  await page.evaluate(() => {
    document.activeElement.blur();
    document.querySelector("h1").scrollIntoView();
  });
}

/** name, role, size, way there, what is shown; with a height, all from its top on. */
const PICTURES = [
  ["teacher-today", "teacher", PHONE, at("/today"), "main", 580],
  ["register", "teacher", PHONE, openRegister, null],
  ["my-class", "teacher", PHONE, at("/watch-list"), ".list tbody tr", 240],
  ["substitute-today", "substitute", PHONE, at("/today"), "main", 480],
  ["list", "sky-worker", DESK, at("/watch-list"), ".chips", 480],
  ["next", "sky-worker", DESK, firstPupil, ".side .card"],
  ["contact", "sky-worker", DESK, openContact, "form.card"],
  ["marking-debt", "principal", DESK, at("/marking-debt"), "main", 380],
  ["substitutes", "principal", DESK, at("/substitutes"), "main", 600],
  ["schools", "coordinator", DESK, at("/today"), "main", 560],
  ["measures", "coordinator", DESK, at("/measures"), ".pictures .card"],
  ["codes", "administrator", DESK, openCodes, ".card:has(#unknown)"],
];

mkdirSync(OUT, { recursive: true });
const place = await town();
try {
  for (const language of ["fi", "sv", "en"]) {
    for (const picture of PICTURES) {
      if (!ONLY.length || ONLY.includes(picture[0])) await shoot(language, picture);
    }
  }
} finally {
  await place.stop();
}

async function shoot(language, [name, role, size, open, part, high]) {
  const page = await place.person(role, { language, ...size });
  await open(page);
  await page.evaluate(() => document.fonts.ready);
  const box = await page.locator(part ?? "body").first().boundingBox();
  const across = high ? await page.locator("main").boundingBox() : box;
  const clip = { x: across.x, y: box.y, width: across.width, height: high ?? box.height };
  const picture = await page.screenshot(part ? { clip, fullPage: true } : {});
  await keep(picture, `${OUT}/${name}-${language}.png`);
  await page.context().close();
}

// Pictures of pages, small enough to be kept.
//
// Invariant: a picture has a palette of at most 64 colours; what it shows is not altered.
import { writeFile } from "node:fs/promises";
import sharp from "sharp";

/** Writes a picture with a palette. */
export async function keep(picture, path) {
  const png = sharp(picture).png({ palette: true, colours: 64, effort: 10, dither: 0 });
  await writeFile(path, await png.toBuffer());
}

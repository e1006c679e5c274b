// A town of its own for a browser test: a server over a new folder, a browser, people signed in.
//
// Invariant: nothing outside the folder and the process of this town is touched.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run", "--disable-quic",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** The program under test; `LASNA_BIN` names another build. */
const BIN = process.env.LASNA_BIN ?? "target/debug/lasna";

/**
 * Starts a town; `stop` ends server, browser and folder. Options: the port, and the file of identity
 * providers.
 */
export async function town({ port = 0, identity } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "lasna-e2e-"));
  const more = identity ? ["--identity", identity] : [];
  const server = spawn(BIN, ["--data", join(folder, "data"), "demo", "--port", String(port), ...more],
    { stdio: ["ignore", "pipe", "inherit"] });
  const url = await listening(server);
  const executablePath = process.env.LASNA_BROWSER ?? BROWSERS.find((path) => existsSync(path));
  if (!executablePath) throw new Error("no Chromium: apt-get install chromium");
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  const stop = async () => {
    await browser.close();
    // It writes the last checkpoint of its log into the folder before it ends.
    const ended = server.exitCode === null ? once(server, "exit") : null;
    server.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  /** Runs another command of the program on the town; what it prints. */
  const command = (args, input = "") => execFileSync(BIN, ["--data", join(folder, "data/db"), ...args],
    { input, encoding: "utf8", stdio: ["pipe", "pipe", "inherit"] });
  return { url, browser, stop, command, person: (role, options) => person(browser, url, role, options) };
}

function listening(server) {
  return new Promise((found, failed) => {
    let text = "";
    server.stdout.on("data", (part) => {
      text += part;
      const link = /^administrator (http:\S+)\/demo\//m.exec(text);
      if (link) found(link[1]);
    });
    server.on("exit", (code) => failed(new Error(`lasna demo ended with ${code}: ${text}`)));
  });
}

/**
 * A page of somebody who is signed in, or of nobody where the role is "none".
 * Options: language, dark, width, height, scale (of a picture), script (false: none runs), touch,
 * zoom (of the text).
 */
async function person(browser, url, role, options = {}) {
  const { language = "fi", dark = false, width = 1280, height = 900, script = true } = options;
  const context = await browser.newContext({
    baseURL: url, viewport: { width, height }, javaScriptEnabled: script,
    colorScheme: dark ? "dark" : "light", locale: language, hasTouch: options.touch ?? false,
    isMobile: options.touch ?? false, deviceScaleFactor: options.scale ?? 1, reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  if (role !== "none") {
    await page.goto(`/demo/${role}`);
    const answer = await page.request.post("/language",
      { form: { language, back: "/today" }, headers: { origin: url } });
    if (!answer.ok()) throw new Error(`language: ${answer.status()}`);
    await page.goto("/today");
  }
  return page;
}

/** The same for a page that is opened already: all text twice as large. */
export async function twiceTheText(page) {
  await page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
}

// Every page with the way to it: what axe looks at and what is on the screens.
//
// Invariant: a page of the program that people see has a line here.

/** The lesson that the people of the town have now. */
export async function openLesson(page) {
  await page.goto("/today");
  await page.locator(".lessons a").first().click();
  await page.waitForURL(/registers/);
}

async function firstPupil(page) {
  await page.goto("/watch-list");
  await page.locator("table.list th a").first().click();
  await page.waitForURL(/pupils/);
}

/** The list under a filter that is one's own, with the form for another name open. */
async function ownFilter(page) {
  await page.goto("/watch-list?show=late&step=1");
  const name = page.locator("#name");
  if (await page.locator(".chips .own").count() === 0) {
    await page.locator(".filters:has(#name) summary").click();
    await name.fill("Aamun kierros");
    await page.locator(".naming button").click();
    await page.locator(".chips .own").waitFor();
  }
  await page.locator(".filters:has(#name) summary").click();
}

async function act(page, name) {
  await firstPupil(page);
  await page.goto(`${new URL(page.url()).pathname}/${name}`);
}

async function wrong(page, name) {
  await act(page, name);
  await page.locator("form.card button").click();
  await page.locator(".errors").waitFor();
}

/** A page at a step of the guided tour, which is ended again for the pages after it. */
const tour = (step) => async (page) => {
  await page.goto(`/demo/tour/${step}`);
  await page.locator(".tour").waitFor();
  await page.context().clearCookies({ name: "lasna_tour" });
};

const at = (path) => (page) => page.goto(path);

/** name, role, and how to get there. */
export const PAGES = [
  ["sign-in", "none", at("/sign-in")],
  ["missing", "none", at("/nowhere")],
  ["ladder", "none", at("/ladder")],
  ["today-teacher", "teacher", at("/today")],
  ["register", "teacher", openLesson],
  ["tour-register", "teacher", tour(2)],
  ["my-class", "teacher", at("/watch-list")],
  ["today-substitute", "substitute", at("/today")],
  ["today-sky-worker", "sky-worker", at("/today")],
  ["list", "sky-worker", at("/watch-list")],
  ["list-own", "sky-worker", ownFilter],
  ["pupil", "sky-worker", firstPupil],
  ["tour-pupil", "sky-worker", tour(3)],
  ["contact", "sky-worker", (page) => act(page, "contact")],
  ["contact-wrong", "sky-worker", (page) => wrong(page, "contact")],
  ["no-concern", "sky-worker", (page) => act(page, "no-concern")],
  ["no-concern-wrong", "sky-worker", (page) => wrong(page, "no-concern")],
  ["password", "sky-worker", at("/password")],
  ["today-principal", "principal", at("/today")],
  ["marking-debt", "principal", at("/marking-debt")],
  ["today-rektor", "rektor", at("/today")],
  ["tour-first", "rektor", tour(1)],
  ["tour-last", "rektor", tour(4)],
  ["today-coordinator", "coordinator", at("/today")],
  ["measures", "coordinator", at("/measures")],
  ["versions", "coordinator", at("/ladder/versions")],
  ["version", "coordinator", at("/ladder/versions/1")],
  ["measures-school", "principal", at("/measures")],
  ["substitutes", "principal", at("/substitutes")],
  ["today-administrator", "administrator", at("/today")],
  ["imports", "administrator", at("/imports")],
  ["codes", "administrator", at("/codes")],
];

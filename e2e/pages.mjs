// Every page with the way to it: what axe looks at and what is on the screens.
//
// Invariant: a page of the program that people see has a line here.

/** The lesson that the people of the town have now. */
export async function openLesson(page) {
  await page.goto("/today");
  await page.locator(".lessons a").first().click();
  await page.waitForURL(/registers/);
}

/** The pupil whose turn is first. */
export async function firstPupil(page) {
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

/** The question before a contact that was logged a moment ago. */
async function again(page) {
  for (let sent = 0; sent < 2; sent += 1) {
    await act(page, "contact");
    await page.locator("label[for=contact_with-home]").click();
    await page.locator("label[for=contact_outcome-not_reached]").click();
    await page.locator("form.card button").click();
    await page.locator("#done, input[name=sure]").first().waitFor({ state: "attached" });
    if (await page.locator("input[name=sure]").count()) return;
  }
  throw new Error("the contact was logged twice");
}

/** Substitutes, with nothing chosen. */
async function nobodyChosen(page) {
  await page.goto("/substitutes");
  await page.locator("form[action='/substitutes'][method=post] button").click();
  await page.locator(".errors").waitFor();
}

/** A page at a step of the guided tour, which is ended again for the pages after it. */
const tour = (step) => async (page) => {
  await page.goto(`/demo/tour/${step}`);
  await page.locator(".tour").waitFor();
  await page.context().clearCookies({ name: "lasna_tour" });
};

const at = (path) => (page) => page.goto(path);

/** The secret of an app that waits for its first code. */
async function newApp(page) {
  await page.goto("/second-factor");
  await page.locator("form[action='/second-factor/begin'] button").click();
  await page.waitForURL(/second-factor.new/);
}

async function wrongCode(page) {
  await newApp(page);
  await page.locator("#code").fill("000000");
  await page.locator("form.card button").click();
  await page.locator(".errors").waitFor();
}

/** A file of marks with a code that nobody knows: the page says what to mend. */
const MARKS = `pupil,school,date,class,start,ordinal,code,minutes,day_part,known_at,withdrawn
nobody,,2027-03-09,8B,08:15,,LASNA,,,,
`;

async function upload(page) {
  await page.goto("/imports");
  await page.locator("#files").setInputFiles(
    { name: "marks.csv", mimeType: "text/csv", buffer: Buffer.from(MARKS) });
  await page.locator("form:has(#files) button").click();
  await page.waitForURL(/uploads/);
  await page.locator("form[action$=discard]").waitFor();
}

/** Who looked at the data of the first child. */
async function homeLog(page) {
  await page.goto("/home");
  await page.locator(".child .ways a").first().click();
  await page.waitForURL(/home.*log/);
}

/** A glass for the protected pupil, with words that say too little or enough. */
async function breakGlass(page, reason) {
  await page.goto("/glass");
  await page.locator("#name").fill("Vilja Jokela");
  await page.locator("#class").fill("8B");
  await page.locator("label[for=category-danger]").click();
  await page.locator("#reason").fill(reason);
  await page.locator("form[action='/glass'] button").click();
}

async function glassWrong(page) {
  await breakGlass(page, "hätä");
  await page.locator(".errors").waitFor();
}

async function glassLook(page) {
  await breakGlass(page, "Oppilas ei ole tullut kotiin koulusta.");
  await page.waitForURL(/glass.pupils/);
}

/** The SKY worker's right to follow the protected pupil: given by the principal, accepted, once. */
export async function followProtected(page) {
  await page.goto("/rights");
  if (await page.locator("a[href^='/protected/']").count()) return;
  await page.goto("/demo/principal");
  await page.goto("/grants");
  const worker = await page.locator("#user option", { hasText: "Aino Salmi" }).getAttribute("value");
  await page.locator("#user").selectOption(worker);
  await page.locator("#name").fill("Vilja Jokela");
  await page.locator("#class").fill("8B");
  await page.locator("form[action='/grants'] button").click();
  await page.locator(".rows form").first().waitFor();
  await page.goto("/demo/sky-worker");
  await page.goto("/rights");
  await page.locator("button[value=accept]").first().click();
  await page.locator("a[href^='/protected/']").first().waitFor();
}

async function protectedFacts(page) {
  await followProtected(page);
  await page.goto("/rights");
  await page.locator("a[href^='/protected/']").first().click();
  await page.waitForURL(/protected/);
}

/** name, role, and how to get there. */
export const PAGES = [
  ["sign-in", "none", at("/sign-in")],
  ["sign-in-lost", "none", at("/sign-in?to=%2Fwatch-list&why=lost")],
  ["sign-in-code", "none", at("/sign-in/code")],
  ["sign-in-passkey", "none", at("/sign-in/passkey")],
  ["first", "none", at("/first")],
  ["invitation", "none", at("/invitation")],
  ["sessions", "teacher", at("/sessions")],
  ["second-factor", "teacher", at("/second-factor")],
  ["second-factor-new", "teacher", newApp],
  ["second-factor-wrong", "teacher", wrongCode],
  ["passkeys", "teacher", at("/passkeys")],
  ["passkey-new", "teacher", at("/passkeys/new")],
  ["step-up", "teacher", at("/step-up")],
  ["missing", "none", at("/nowhere")],
  ["ladder", "none", at("/ladder")],
  ["help", "none", at("/help")],
  ["help-substitute", "substitute", at("/help/substitute")],
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
  ["contact-again", "sky-worker", again],
  ["no-concern", "sky-worker", (page) => act(page, "no-concern")],
  ["no-concern-wrong", "sky-worker", (page) => wrong(page, "no-concern")],
  ["method", "sky-worker", at("/sign-out")],
  ["list-odd-day", "sky-worker", at("/watch-list?known=abc")],
  ["password", "sky-worker", at("/password")],
  ["today-principal", "principal", at("/today")],
  ["marking-debt", "principal", at("/marking-debt")],
  ["today-rektor", "rektor", at("/today")],
  ["tour-first", "rektor", tour(1)],
  ["tour-last", "rektor", tour(4)],
  ["today-coordinator", "coordinator", at("/today")],
  ["measures", "coordinator", at("/measures")],
  ["measures-one-school", "coordinator", async (page) => {
    await page.goto("/measures");
    await page.locator(".chips a").nth(1).click();
    await page.waitForURL(/measures\/./);
  }],
  ["versions", "coordinator", at("/ladder/versions")],
  ["version", "coordinator", at("/ladder/versions/1")],
  ["measures-school", "principal", at("/measures")],
  ["substitutes", "principal", at("/substitutes")],
  ["substitutes-wrong", "principal", nobodyChosen],
  ["substitutes-past", "principal", at("/substitutes?day=1.3.2027")],
  ["home", "guardian", at("/home")],
  ["home-log", "guardian", homeLog],
  ["home-pupil", "pupil", at("/home")],
  ["home-log-pupil", "pupil", homeLog],
  ["rights", "principal", at("/rights")],
  ["rights-oversight", "oversight", at("/rights")],
  ["glass", "sky-worker", at("/glass")],
  ["glass-wrong", "sky-worker", glassWrong],
  ["glass-look", "sky-worker", glassLook],
  ["glass-review", "principal", at("/glass/review")],
  ["grants", "principal", at("/grants")],
  ["protected", "sky-worker", protectedFacts],
  ["access-review", "administrator", at("/access-review")],
  ["own-acts", "sky-worker", at("/own-acts")],
  ["help-role", "administrator", at("/help")],
  ["today-administrator", "administrator", at("/today")],
  ["imports", "administrator", at("/imports")],
  ["import-upload", "administrator", upload],
  ["import-undo", "administrator", at("/imports/undo/1")],
  ["codes", "administrator", at("/codes")],
];

// The core of a visitor's day in the oldest engine: sign in, take a ticket, call it, see it on the wall, register the matter.
"use strict";

const assert = require("assert");

const FACTS = "楼前化粪池外溢半个月,打过物业电话三次,说要等维修基金,没有人来。";
const DEMAND = "清理外溢并修好化粪池";

// This build has one jar of cookies: whoever sits down signs the one before out, and a screen keeps its own cookie.
async function signedIn({ newPage, base }, name, address) {
  const page = await newPage();
  const cookies = await page.cookies(base);
  await page.deleteCookie(...cookies.filter((cookie) => cookie.name !== "portal_screen"));
  await page.goto(base + "/login?next=" + address);
  await page.type("[name=login_name]", name);
  await page.type("[name=password]", process.env.DEMO_PASSWORD);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.ok(page.url().endsWith(address), page.url());
  return page;
}

function text(page, selector) { return page.$eval(selector, (element) => element.textContent.trim()); }

function says(page, selector, words) {
  return page.waitForXPath(`//*[${selector}][contains(normalize-space(.), "${words}")]`, { timeout: 15000 });
}

async function pressed(page, key) {
  await Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);
}

async function paired(given) {
  const wall = await given.newPage({ width: 1920, height: 1080 });
  await wall.goto(given.base + "/screens");
  const code = await text(wall, ".pairing-code");
  const administrator = await signedIn(given, "yaoyuhang", "/admin/screens");
  const [approve] = await administrator.$x(`//article[contains(., "${code}")]//button[contains(., "批准")]`);
  await Promise.all([administrator.waitForNavigation(), approve.click()]);
  await administrator.close();
  await wall.waitForXPath('//h2[contains(., "最近叫号")]', { timeout: 20000 });
  return wall;
}

// After too few calls the console asks once more.
async function missed(clerk, complaints) {
  await pressed(clerk, "F7");
  if (await clerk.$(".ticket-number")) { await pressed(clerk, "F7"); }
  // that question is a 409, which the browser's console calls an error
  complaints.splice(0, complaints.length, ...complaints.filter((each) => each.indexOf("status of 409") < 0));
}

// Whoever the demo left at the window leaves it.
async function freed(clerk) {
  if (await clerk.$('form[action$="/start"]')) { await pressed(clerk, "F2"); }
  if (await clerk.$(".ticket-number")) { await pressed(clerk, "F10"); }
  if (await clerk.$("#finish-reason")) {
    await clerk.click('[name=reason][value="advice"] + .choice-face');
    await clerk.type("[name=words]", "已当面答复。");
    await pressed(clerk, "F10");
  }
  await clerk.waitForSelector('form[action$="/window/next"]');
}

require("./legacy").run(async (given) => {
  const wall = await paired(given);

  const desk = await signedIn(given, "jingxiaoyan", "/queue/desk");
  const key = await desk.evaluate(() => Array.from(document.querySelectorAll("#take label"))
    .find((label) => label.textContent.indexOf("热线线下服务") >= 0).querySelector("input").dataset.pick);
  await desk.keyboard.press(key);
  await pressed(desk, "Enter");
  const number = await text(desk, "#slip .ticket-number");
  assert.match(number, /^[A-Z]\d{3}$/);
  await given.shot(desk, "legacy-desk");
  await desk.close();

  const clerk = await signedIn(given, "liangxiaodong", "/queue/window");
  if (await clerk.$('form[action$="/window/resume"]')) { await pressed(clerk, "F2"); }
  await freed(clerk);
  let called = "";
  while (called !== number) {   // those who came before are called first
    if (called) { await missed(clerk, given.complaints); }
    await pressed(clerk, "F2");
    called = await text(clerk, ".ticket-number");
  }
  const begun = Date.now();
  await says(wall, '@class="call-number"', number);
  console.log("the wall in Chromium 83 followed " + (Date.now() - begun) + " ms after the window's page");
  await given.shot(wall, "legacy-hall");

  await pressed(clerk, "F2");
  assert.strictEqual(await clerk.evaluate(() => document.activeElement.name), "facts");
  await clerk.keyboard.type(FACTS);
  await clerk.type("[name=demands]", DEMAND);
  await says(clerk, '@id="draft-note"', "草稿已存");
  await given.shot(clerk, "legacy-window");
  await clerk.keyboard.down("Control");
  await pressed(clerk, "Enter");
  await clerk.keyboard.up("Control");
  await says(clerk, '@id="notice"', number + " 已登记为");
  await says(clerk, '@id="case-panel"', DEMAND);
  await given.shot(clerk, "legacy-case");
});

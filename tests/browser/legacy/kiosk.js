// The kiosk in the oldest engine: paired, two touches and a card, and back to the first page.
"use strict";

const assert = require("assert");

const CARD = process.env.KIOSK_CARD || "142701197803124517";

async function signedIn({ newPage, base }, name, address) {
  const page = await newPage();
  await page.goto(base + "/login?next=" + address);
  await page.type("[name=login_name]", name);
  await page.type("[name=password]", process.env.DEMO_PASSWORD);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  return page;
}

async function paired(given) {
  const page = await given.newPage({ width: 1080, height: 1920 });
  await page.goto(given.base + "/screens");
  const code = await page.$eval(".pairing-code", (element) => element.textContent.trim());
  const administrator = await signedIn(given, "yaoyuhang", "/admin/screens");
  const [asked] = await administrator.$x(`//article[contains(., "${code}")]`);
  await (await asked.$("select[name=kind]")).select("kiosk");
  const [approve] = await asked.$x('.//button[contains(., "批准")]');
  await Promise.all([administrator.waitForNavigation(), approve.click()]);
  await administrator.close();
  await page.goto(given.base + "/screens");
  return page;
}

require("./legacy").run(async (given) => {
  const page = await paired(given);
  await page.evaluate(() => { window.print = () => { window.printed = true; }; });
  await page.waitForSelector("#kiosk[data-page=start] button.tile");
  await given.shot(page, "legacy-kiosk-start");
  await page.keyboard.type(CARD);
  await page.keyboard.press("Enter");
  await page.waitForSelector("[data-card]:not([hidden])");
  await page.click("[data-look=large]");
  await page.click("button.tile");
  await page.waitForSelector("#kiosk[data-page=confirm]");
  assert.ok((await page.$eval("[data-card]", (element) => element.textContent)).includes(CARD.slice(-4)));
  await page.click("[data-step='1']");
  await given.shot(page, "legacy-kiosk-confirm");
  await page.click("button[name=priority][value=ordinary]");
  await page.waitForSelector("#kiosk[data-page=number]");
  assert.match(await page.$eval("main .number", (element) => element.textContent), /^[A-Z]\d{3}$/);
  assert.strictEqual(await page.evaluate(() => window.printed), true);
  assert.ok(page.url().endsWith("/kiosk"));
  await given.shot(page, "legacy-kiosk-number");
  await page.waitForSelector("#kiosk[data-page=start]", { timeout: 15500 });   // by itself
  assert.strictEqual(await page.evaluate(() => document.documentElement.className), "kiosk");
});

// Chromium 83 for journeys: node JOURNEY.js, with LEGACY_CHROME (the program), BASE_URL and SCREENSHOTS in the environment.
// A journey is `require("./legacy").run(async ({ newPage, base, shot }) => { ... })`; it fails on any thrown error, on any
// console error or page error, and on a failed request of the portal's own. Written for what Node 20 and puppeteer 3 offer.
"use strict";

const path = require("path");
const puppeteer = require("puppeteer-core");

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-zygote", "--single-process",
  "--disable-background-networking", "--disable-component-update", "--no-first-run", "--hide-scrollbars", "--lang=zh-CN"];

async function run(journey) {
  const complaints = [];
  const browser = await puppeteer.launch({ executablePath: process.env.LEGACY_CHROME, args: FLAGS, headless: true });
  const newPage = async (size) => {
    const page = await browser.newPage();
    await page.setViewport(Object.assign({ width: 1366, height: 768 }, size));
    page.on("pageerror", (error) => complaints.push("page error: " + error.message));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push("console: " + message.text() + " @ " + page.url());
    });
    return page;
  };
  const shot = (page, name) => page.screenshot({ path: path.join(process.env.SCREENSHOTS, name + ".png") });
  try {
    await journey({ browser, newPage, shot, base: process.env.BASE_URL, complaints });
    if (complaints.length) throw new Error(complaints.join("\n"));
  } finally {
    await browser.close();
  }
}

module.exports = {
  run: (journey) => run(journey).then(
    () => process.exit(0),
    (error) => { console.error(error.stack || String(error)); process.exit(1); },
  ),
};

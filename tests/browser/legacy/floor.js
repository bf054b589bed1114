// The floor itself: this is Chromium 83, it renders Chinese, and the two installed scripts parse in it.
"use strict";

const assert = require("assert");
const fs = require("fs");
const path = require("path");

const vendor = path.join(__dirname, "..", "..", "..", "portal", "static", "vendor");

require("./legacy").run(async ({ browser, newPage, shot }) => {
  assert.match(await browser.version(), /\/83\./);
  const page = await newPage();
  await page.goto("data:text/html;charset=utf-8,<h1>群众接待中心</h1><span id=a>信</span> <span id=b>访</span>");
  await page.addScriptTag({ content: fs.readFileSync(path.join(vendor, "htmx.min.js"), "utf8") });
  await page.addScriptTag({ content: fs.readFileSync(path.join(vendor, "sse.min.js"), "utf8") });
  assert.strictEqual(await page.evaluate(() => window.htmx.version), "2.0.11");
  assert.strictEqual(await page.evaluate(() => document.querySelector("h1").textContent), "群众接待中心");
  assert.strictEqual(await page.evaluate(() => CSS.supports("gap", "1px") && CSS.supports("aspect-ratio", "1")), false);
  const drawn = await page.evaluate(() => ["信", "访"].map((character) => {
    const canvas = document.createElement("canvas");
    canvas.getContext("2d").font = "40px sans-serif";
    canvas.getContext("2d").fillText(character, 10, 60);
    return canvas.toDataURL();
  }));
  assert.notStrictEqual(drawn[0], drawn[1], "no Chinese glyphs: both characters are the same empty box");
  await shot(page, "legacy-floor");
});

/* The kiosk, beyond its plain pages. One page stays open at /kiosk; the others are fetched into its #kiosk, so that no choice stands in
 * an address or in the history, and a server that is lost never leaves the public in front of a browser's error page.
 *
 *   body          data-home data-alive data-away (where a device goes that is no kiosk any more) data-reset (seconds) data-build
 *   #kiosk        data-page (start confirm held number enquiry appointment thanks)  data-mark (of what the first page shows)  data-clip data-volume
 *                 data-reads: a card reader's typing is read here   data-print: the slip is printed as the page arrives, once
 *   data-look     a button that puts that class on the page until the visitor has gone     data-speak  plays the clip
 *   data-card     where it is said that a card was read (the number itself is never put into the page)     data-forget  forgets it
 *   data-takes-card   a form that the card's number is sent with     data-without-script   what only browsers without a script need
 *   data-step     adds to the select in its data-stepper     data-typed  a field the keypad writes into (data-key, data-erase)
 *   data-more     shown while there is more below; scrolls there
 *
 * Nothing of a visitor is kept anywhere but in variables here, and those are emptied with the page. Plain ES2018 for Chromium 83. */
(function () {
  "use strict";

  var ANSWER_LIMIT = 8000;
  var POLL = 10000;
  var POLL_LOST = 3000;
  var SOON = 1000;
  var SPOKEN = 10;              // seconds before the end from which they are counted down
  var KEY_GAP = 150;            // a reader types faster than any hand
  var WHOLE = /^\d{17}[\dX]$/;
  var WEEKDAYS = "日一二三四五六";

  var body = document.body;
  var RESET = (Number(body.dataset.reset) - 1) * 1000;   // the last second is for fetching the first page
  var lostNote = document.getElementById("lost");
  var touched = performance.now();
  var turn = 0;                 // which fetch may still change the page
  var busy = false;
  var failures = 0;
  var lost = false;
  var wiped = false;
  var card = "";
  var typed = "";
  var typedAt = 0;
  var field = null;             // which field the keypad writes into
  var skew = 0;
  var zoneShift = 8 * 3600000;
  var sound = null;
  var timer = null;

  function kiosk() { return document.getElementById("kiosk"); }
  function pageName() { return kiosk().dataset.page; }
  function all(selector) { return Array.prototype.slice.call(kiosk().querySelectorAll(selector)); }
  function main() { return kiosk().querySelector("main"); }
  function idle() { return performance.now() - touched; }

  /* ---- fetching ---- */

  function ask(url, options) {
    var controller = new AbortController();
    var limit = setTimeout(function () { controller.abort(); }, ANSWER_LIMIT);
    var given = Object.assign({ cache: "no-store", credentials: "same-origin", signal: controller.signal }, options);
    return fetch(url, given).then(function (response) {
      return response.text().then(function (text) { return { status: response.status, url: response.url, text: text }; });
    }).then(function (answer) { clearTimeout(limit); return answer; }, function (problem) { clearTimeout(limit); throw problem; });
  }

  function go(url, options) {
    var mine = turn += 1;
    busy = true;
    return ask(url, options).then(function (answer) {
      if (mine !== turn) { return; }
      busy = false;
      show(answer);
    }, function () {
      if (mine !== turn) { return; }
      busy = false;
      lose();
    });
  }

  function show(answer) {
    var page = new DOMParser().parseFromString(answer.text, "text/html");
    var fresh = page.getElementById("kiosk");
    if (!fresh) {
      if (answer.status >= 500) { lose(); }
      else if (new URL(answer.url).pathname === body.dataset.away) { location.replace(body.dataset.away); }
      else { location.replace(body.dataset.home); }
      return;
    }
    kiosk().replaceWith(document.importNode(fresh, true));
    document.title = page.title;
    setClock(page);
    wiped = false;
    find();
    arrive(true);
  }

  function home() { return go(body.dataset.home); }

  /* ---- a page has arrived ---- */

  function arrive(asked) {
    all("[data-without-script]").forEach(function (part) {
      part.hidden = true;
      part.querySelectorAll("input").forEach(function (input) { input.disabled = true; });
    });
    all("[data-look], [data-keypad], [data-step], [data-forget]").forEach(function (part) { part.hidden = false; });
    all("[data-speak]").forEach(function (part) { part.hidden = !kiosk().dataset.clip; });
    all("[data-typed]").forEach(function (input) { input.setAttribute("inputmode", "none"); });
    field = kiosk().querySelector("[data-typed]");
    if (field) { field.focus(); }
    if (pageName() === "number") { card = ""; }
    showLooks();
    showCard();
    steps();
    tick();
    if (asked && pageName() !== "start") { say(); }
    if ("print" in kiosk().dataset) { delete kiosk().dataset.print; window.print(); touched = performance.now(); }
  }

  function showLooks() {
    all("[data-look]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(document.documentElement.classList.contains(button.dataset.look)));
    });
  }

  function showCard(problem) {
    all("[data-card]").forEach(function (note) {
      note.hidden = !card && !problem;
      note.querySelector("p").textContent = problem || (card ? "已读到身份证，尾号 " + card.slice(-4) + "。" : "");
      note.querySelector("[data-forget]").hidden = !card;
    });
  }

  function steps() {
    all("[data-stepper]").forEach(function (stepper) {
      var select = stepper.querySelector("select");
      stepper.querySelectorAll("[data-step]").forEach(function (button) {
        var next = select.selectedIndex + Number(button.dataset.step);
        button.disabled = next < 0 || next >= select.options.length;
      });
    });
  }

  function more() {
    var below = main().scrollHeight - main().clientHeight - main().scrollTop > 20;
    all("[data-more]").forEach(function (button) { button.hidden = !below; });
  }

  /* ---- the voice; a browser that forbids it, and a clip that is missing, are silent ---- */

  function say() {
    var clip = kiosk().dataset.clip;
    var volume = Number(kiosk().dataset.volume) / 100;
    try {
      if (sound) { sound.pause(); }
      if (!clip || !volume) { return; }
      sound = new Audio(clip);
      sound.volume = Math.min(volume, 1);
      sound.play().catch(function () {});
    } catch (problem) {
      sound = null;
    }
  }

  /* ---- the visitor goes, and nothing stays ---- */

  function forget() {
    card = typed = "";
    document.documentElement.classList.remove("large", "contrast");
    if (sound) { sound.pause(); }
    all("input[type=text]").forEach(function (input) { input.value = ""; });
  }

  function wipe() {
    forget();
    wiped = true;
    all("main > *, .kiosk-paper").forEach(function (part) { part.remove(); });
  }

  function tick() {
    var left = Math.ceil((RESET - idle()) / 1000);
    var counted = pageName() !== "start" && left <= SPOKEN;
    all("[data-countdown]").forEach(function (note) { note.textContent = counted ? "（" + Math.max(left, 0) + " 秒后返回首页）" : ""; });
    showClock();
    more();
    if (left > 0) { return; }
    if (lost) { if (!wiped) { wipe(); } return; }
    if (pageName() === "start" && !card && !looked()) { return; }
    touched = performance.now();
    if (pageName() !== "start") { wipe(); } else { forget(); }
    home();
  }

  function looked() { return document.documentElement.classList.contains("large") || document.documentElement.classList.contains("contrast"); }

  /* ---- is the server there? ---- */

  function lose() {
    lost = true;
    lostNote.hidden = false;
    schedule(POLL_LOST);
  }

  function find() {
    failures = 0;
    lost = false;
    lostNote.hidden = true;
  }

  function schedule(pause) {
    clearTimeout(timer);
    timer = setTimeout(poll, pause);
  }

  function poll() {
    ask(body.dataset.alive, { headers: { "X-Background": "1" } }).then(function (answer) {
      if (answer.status === 410) { location.replace(body.dataset.away); return; }
      if (answer.status !== 200) { throw new Error(String(answer.status)); }
      var now = JSON.parse(answer.text);
      var was = lost;
      failures = 0;
      schedule(POLL);
      if (was && !wiped && pageName() !== "start") { find(); return; }
      if (was) { home(); return; }
      if (busy || pageName() !== "start" || idle() < KEY_GAP * 20) { return; }
      if (now.build !== body.dataset.build) { location.replace(body.dataset.home); }
      else if (now.mark !== kiosk().dataset.mark) { home(); }
    }).catch(function () {
      failures += 1;
      if (failures > 1) { lose(); } else { schedule(SOON); }
    });
  }

  /* ---- the hall's clock ---- */

  function setClock(page) {
    var served = page.querySelector('meta[name="served-at"]');
    var zone = served ? /([+-])(\d\d):?(\d\d)$/.exec(served.content) : null;
    if (!served) { return; }
    skew = Date.parse(served.content) - Date.now();
    if (zone) { zoneShift = (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3])) * 60000; }
  }

  function two(number) { return ("0" + number).slice(-2); }

  function showClock() {
    var here = new Date(Date.now() + skew + zoneShift);
    var text = here.getUTCMonth() + 1 + "月" + here.getUTCDate() + "日 星期" + WEEKDAYS[here.getUTCDay()] + " " + two(here.getUTCHours()) + ":" + two(here.getUTCMinutes());
    all("[data-clock]").forEach(function (clock) { if (clock.textContent !== text) { clock.textContent = text; } });
  }

  /* ---- touches ---- */

  function touch() { touched = performance.now(); }

  ["pointerdown", "keydown", "input", "wheel", "touchmove"].forEach(function (name) {
    document.addEventListener(name, touch, { capture: true, passive: true });
  });
  document.addEventListener("contextmenu", function (event) { event.preventDefault(); });
  // a key of the keypad must not take the focus out of the field
  document.addEventListener("mousedown", function (event) { if (event.target.closest("[data-keypad]")) { event.preventDefault(); } });
  document.addEventListener("focusin", function (event) { if (event.target.matches("[data-typed]")) { field = event.target; } });

  document.addEventListener("click", function (event) {
    var control = event.target.closest("a[href], button");
    if (!control || !kiosk().contains(control)) {
      if (pageName() === "start" && !lost && event.detail) { say(); }   // somebody touches what is no button
      return;
    }
    var data = control.dataset;
    if (control.tagName === "A") { event.preventDefault(); if (!busy) { go(control.href); } }
    else if (data.look) { event.preventDefault(); document.documentElement.classList.toggle(data.look); showLooks(); more(); }
    else if ("speak" in data) { say(); }
    else if ("forget" in data) { card = ""; showCard(); }
    else if ("more" in data) { main().scrollBy(0, main().clientHeight * 0.8); }
    else if (data.step) { step(control, Number(data.step)); }
    else if (field && data.key) { field.value = (field.value + data.key).slice(0, field.maxLength); }
    else if (field && data.erase) { field.value = data.erase === "all" ? "" : field.value.slice(0, -1); }
  });

  function step(button, by) {
    var select = button.closest("[data-stepper]").querySelector("select");
    select.selectedIndex = Math.min(Math.max(select.selectedIndex + by, 0), select.options.length - 1);
    steps();
  }

  document.addEventListener("change", steps);

  document.addEventListener("submit", function (event) {
    var form = event.target;
    event.preventDefault();
    if (busy || lost) { return; }     // one touch, one request
    var sent = new URLSearchParams(new FormData(form));
    if (event.submitter && event.submitter.name) { sent.append(event.submitter.name, event.submitter.value); }
    if (card && "takesCard" in form.dataset) { sent.set("id_number", card); }
    go(event.submitter && event.submitter.hasAttribute("formaction") ? event.submitter.formAction : form.action, { method: "POST", body: sent }).then(function () {
      // refused: it must not be sent again and again
      if (kiosk().querySelector(".problem") && pageName() === "confirm" && card) { card = ""; showCard(); }
    });
  });

  /* ---- a card reader of the keyboard kind: eighteen characters in a burst, then Enter ---- */

  document.addEventListener("keydown", function (event) {
    if (!("reads" in kiosk().dataset) || event.ctrlKey || event.altKey || event.metaKey) { return; }
    var quick = event.timeStamp - typedAt < KEY_GAP;
    if (event.key.length === 1 && /[0-9xX]/.test(event.key)) {
      event.preventDefault();
      typed = ((quick ? typed : "") + event.key.toUpperCase()).slice(-40);
      typedAt = event.timeStamp;
    } else if (event.key === "Enter" && quick && typed.length > 1) {
      event.preventDefault();
      card = WHOLE.test(typed) ? typed : "";
      typed = "";
      showCard(card ? "" : "没有读到完整的身份证号码，请再放一次；不用证件也可以取号。");
    }
  }, true);

  // whatever a plain page before this script left in the address bar
  if (location.pathname + location.search !== body.dataset.home) { history.replaceState(null, "", body.dataset.home); }
  setClock(document);
  arrive(false);
  setInterval(tick, 500);
  schedule(POLL);
})();

/* The voice of a speaking wall. #live carries, besides what screen.js needs:
 *   data-speak   where it asks what to say next: {id, clips, volume, times, silent, done, token}, or 204
 *   data-sound   where it says "heard" or "blocked" (the browser forbids sound before a touch), with the token data-token
 * One announcement at a time: chime (live.ring of screen.js), the whole sentence, a pause, the sentence again, done, the next one. The server
 * hands an announcement to one screen only, so screens of one hall do not speak over each other either. It is asked when the board shows a new
 * call ("portal:called"), when something may be left, and every ten seconds. What was said last is kept for this tab (sessionStorage), so that
 * a page loaded anew finishes what it began and a lost acknowledgement never speaks twice. A clip that cannot be had is passed over; where
 * nothing can be said at all, the chime rings all the same. Never the browser's own speech. Plain ES2018 for Chromium 83. */
(function () {
  "use strict";

  var POLL = 10000;
  var ANSWER_LIMIT = 8000;
  var GAP = 0.04;               // seconds between two clips,
  var PAUSE = 700;              // milliseconds between two times (portal/queue/voice.py counts with the same)
  var STUCK = 3000;             // so much longer than it is, and a sentence is given up: the sound card is gone
  var WAKE = 1000;              // a permitted AudioContext runs within that time
  var TRIES = 4;                // to say that it is done
  var KEPT = "portal-voice";

  var live = document.getElementById("live");
  if (!live || !live.dataset.speak) { return; }

  var context = null;
  var buffers = {};             // address -> Promise of AudioBuffer, or of null
  var busy = false;
  var wanted = false;           // asked for again meanwhile
  var called = false;           // a call is on the board for which nothing was heard yet
  var reported = "";
  var timer = null;

  function pause(milliseconds) { return new Promise(function (resolve) { setTimeout(resolve, milliseconds); }); }

  function within(milliseconds, promise, otherwise) {
    return Promise.race([promise, pause(milliseconds).then(function () { return otherwise; })]);
  }

  /* ---- what was said last, for this tab only: a number and how many times ---- */

  function kept() {
    try { return JSON.parse(sessionStorage.getItem(KEPT)) || {}; } catch (problem) { return {}; }
  }

  function keep(id, times) {
    try { sessionStorage.setItem(KEPT, JSON.stringify({ id: id, times: times, done: false })); } catch (problem) { /* then it speaks again after a reload */ }
  }

  function keepDone(id) {
    var last = kept();
    if (last.id !== id) { return; }
    try { sessionStorage.setItem(KEPT, JSON.stringify({ id: id, times: last.times, done: true })); } catch (problem) { /* as above */ }
  }

  /* ---- the server ---- */

  function request(url, fields, token) {
    var controller = new AbortController();
    var limit = setTimeout(function () { controller.abort(); }, ANSWER_LIMIT);
    var options = { cache: "no-store", credentials: "same-origin", signal: controller.signal };
    if (fields) {
      options.method = "POST";
      options.headers = { "X-CSRFToken": token };
      options.body = new URLSearchParams(fields);
    }
    return fetch(url, options).then(function (response) {
      clearTimeout(limit);
      return response;
    }, function (problem) { clearTimeout(limit); throw problem; });
  }

  function next() {
    var last = kept();
    var url = live.dataset.speak + (last.id && !last.done ? "?resume=" + last.id : "");
    return request(url).then(function (response) {
      if (response.status === 204 && url !== live.dataset.speak) { keepDone(last.id); return next(); }
      if (response.status === 204) { return null; }
      if (!response.ok) { throw new Error(String(response.status)); }
      return response.json();
    });
  }

  async function acknowledge(said, outcome) {
    for (var attempt = 0; attempt < TRIES; attempt += 1) {
      try {
        var response = await request(said.done, { outcome: outcome }, said.token);
        if (response.ok || response.status === 409 || response.status === 403) { keepDone(said.id); return; }
      } catch (problem) { /* once more */ }
      await pause(500 * Math.pow(2, attempt));
    }
  }

  function report(sound) {
    if (reported === sound) { return; }
    reported = sound;
    request(live.dataset.sound, { sound: sound }, live.dataset.token).then(function (response) {
      if (!response.ok) { reported = ""; }
    }, function () { reported = ""; });
  }

  /* ---- sound ---- */

  async function awake() {
    try {
      context = context || new AudioContext();
      if (context.state !== "running") { await within(WAKE, context.resume(), null); }
      return context.state === "running";
    } catch (problem) {
      context = null;
      return false;
    }
  }

  function load(url) {
    if (!buffers[url]) {
      buffers[url] = request(url).then(function (response) {
        if (!response.ok) { throw new Error(String(response.status)); }
        return response.arrayBuffer();
      }).then(function (content) { return context.decodeAudioData(content); }).catch(function () {
        delete buffers[url];    // asked for again next time
        return null;
      });
    }
    return buffers[url];
  }

  function ring() { return pause((live.ring && live.ring()) || 0); }

  /* Say the clips one after another; resolves when the last one is over. False where the sound got stuck. */
  function say(clips, volume) {
    var loudness = context.createGain();
    loudness.gain.value = volume;
    loudness.connect(context.destination);
    var begun = context.currentTime;
    var at = begun + 0.05;
    var last = null;
    clips.forEach(function (buffer) {
      last = context.createBufferSource();
      last.buffer = buffer;
      last.connect(loudness);
      last.start(at);
      at += buffer.duration + GAP;
    });
    if (!last) { return Promise.resolve(true); }
    var over = new Promise(function (resolve) { last.onended = function () { resolve(true); }; });
    return within((at - begun) * 1000 + STUCK, over, false);
  }

  async function speak(said) {
    var last = kept();
    var times = last.id === said.id ? last.times : 0;
    if (!said.silent) { keep(said.id, times); }
    called = false;
    var clips = Promise.all(said.clips.map(load));
    if (times < said.times || said.silent) { await ring(); }
    var ready = (await clips).filter(Boolean);
    while (times < said.times) {
      if (times) { await pause(PAUSE); }
      if (!(await say(ready, said.volume))) { return "blocked"; }
      times += 1;
      keep(said.id, times);
    }
    return "spoken";
  }

  /* ---- the round ---- */

  async function round() {
    if (!(await awake())) {
      report("blocked");
      called = false;
      return false;
    }
    report("heard");
    var said = await next();
    if (!said) { called = false; return false; }
    var outcome = await speak(said);
    if (!said.silent) { await acknowledge(said, outcome); }
    return true;
  }

  function ask() {
    clearTimeout(timer);
    if (busy) { wanted = true; return; }
    busy = true;
    wanted = false;
    round().catch(function () {
      if (called) { called = false; return ring().then(function () { return false; }); }   // nobody to ask: the chime alone
      return false;
    }).then(function (more) {
      busy = false;
      if (more || wanted) { ask(); } else { timer = setTimeout(ask, POLL); }
    });
  }

  live.addEventListener("portal:called", function (event) {
    event.preventDefault();
    called = true;
    ask();
  });

  ["pointerdown", "keydown"].forEach(function (name) {
    document.addEventListener(name, function () { if (!context || context.state !== "running") { ask(); } });
  });

  ask();
})();

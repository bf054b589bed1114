/* Keeps a wall screen alive without anybody near it. #live carries:
 *   data-board   the address of the board part (fetched with HX-Request: true; answered from memory with an ETag); without it the page is a picture
 *   data-stream  the stream that says only "board changed"
 *   data-chime   "on" rings two notes at a new call, always; on a speaking screen voice.js says when (live.ring), so that nothing overlaps
 *   data-poll    milliseconds between two fetches while all is well (15000 where it says nothing)
 * The board's root carries data-at (ISO time of the data), data-call (changes with every call and recall) and data-build (changes when the
 * server was upgraded or the page around the board is another). What lies beside the board (the running notices) is replaced only when it changed.
 * A new call is told to others as the event "portal:called" on #live: detail.call is the mark; whoever prevents the default rings himself.
 * A section with data-pages="N" shows one .page after the other.
 * The stream is a hint; the poll is the guarantee, so a dead cable that no browser reports costs one poll at most. The public never sees an
 * error: the last board stays, with a neutral note. The clock of the little computer behind the screen is never believed: each answer says what
 * time it is in the hall (X-Served-At), and what passes in between is counted by performance.now(). Plain ES2018 for Chromium 83, no htmx. */
(function () {
  "use strict";

  var ANSWER_LIMIT = 8000;
  var FIRST_RETRY = 1000;
  var LAST_RETRY = 15000;
  var USUAL_POLL = 15000;
  var SLEPT = 60000;            // the two clocks part by so much, or a tick comes so late: the machine was asleep or its clock was set
  var PAGE = 8000;              // how long a page of a long list stays
  var WEEKDAYS = "日一二三四五六";

  var live = document.getElementById("live");
  if (!live) { return; }
  var clock = document.getElementById("clock");
  var offline = document.getElementById("offline");
  var dataTime = document.getElementById("data-time");
  var served = document.querySelector('meta[name="served-at"]');
  var zone = served ? /([+-])(\d\d):?(\d\d)$/.exec(served.content) : null;
  var zoneShift = zone ? (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3])) * 60000 : 8 * 3600000;

  /* ---- the hall's time ---- */

  var hallThen = served ? Date.parse(served.content) : Date.now();
  var monoThen = performance.now();

  function hallNow() { return hallThen + performance.now() - monoThen; }

  function hallIs(moment) {
    hallThen = moment;
    monoThen = performance.now();
  }

  /* The hall's wall time, whatever zone the screen's little computer believes in. */
  function wall(moment) { return new Date(moment + zoneShift); }
  function two(number) { return ("0" + number).slice(-2); }
  function monthAndDay(here) { return here.getUTCMonth() + 1 + "月" + here.getUTCDate() + "日"; }

  function board() { return live.querySelector("[data-at]"); }

  /* The time of the data on the wall; with its date where that is not today (the server was lost overnight). */
  function showDataTime() {
    var current = board();
    if (!current || !dataTime) { return; }
    var at = wall(Date.parse(current.dataset.at));
    var time = two(at.getUTCHours()) + ":" + two(at.getUTCMinutes()) + ":" + two(at.getUTCSeconds());
    dataTime.textContent = at.getUTCDate() === wall(hallNow()).getUTCDate() ? time : monthAndDay(at) + " " + time;
  }

  var day = null;
  var lastMono = performance.now();
  var lastSystem = Date.now();

  function tick() {
    var mono = performance.now();
    var system = Date.now();
    var slept = mono - lastMono > SLEPT || Math.abs(system - lastSystem - (mono - lastMono)) > SLEPT;
    lastMono = mono;
    lastSystem = system;
    var here = wall(hallNow());
    if (clock) {
      clock.textContent = monthAndDay(here) + " 星期" + WEEKDAYS[here.getUTCDay()] + " " + two(here.getUTCHours()) + ":" + two(here.getUTCMinutes());
    }
    showDataTime();
    turnPages();
    // A new day starts from a fresh page.
    if (day !== null && day !== here.getUTCDate()) { outdated = true; }
    day = here.getUTCDate();
    if (!live.dataset.board) { return; }
    if (slept) { restart(); } else if (outdated && !failures) { renew(); }
    if (mono - asked > poll() + 4 * LAST_RETRY) { fetching = false; refresh(); }   // whatever went wrong, a wall goes on asking
  }

  function turnPages() {
    Array.prototype.forEach.call(live.querySelectorAll("[data-pages]"), function (section) {
      var pages = section.querySelectorAll(".page");
      var shown = Math.floor(hallNow() / PAGE) % pages.length;
      Array.prototype.forEach.call(pages, function (page, place) { page.hidden = place !== shown; });
      var number = section.querySelector(".page-number");
      if (number) { number.textContent = shown + 1 + " / " + pages.length; }
    });
  }

  /* ---- the board ---- */

  var failures = 0;
  var timer = null;
  var fetching = false;
  var asked = performance.now();
  var again = false;
  var told = false;             // the stream asked for this fetch
  var outdated = false;         // the page itself must be loaded anew
  var sources = {};             // what was last shown, by id: as the server sent it

  function poll() { return Number(live.dataset.poll) || USUAL_POLL; }
  function note(lost) { if (offline) { offline.hidden = !lost; } }

  function schedule(pause) {
    clearTimeout(timer);
    timer = setTimeout(refresh, pause);
  }

  function ask(url, options) {
    var controller = new AbortController();
    var limit = setTimeout(function () { controller.abort(); }, ANSWER_LIMIT);
    var sent = performance.now();
    var settings = Object.assign({ cache: "no-cache", credentials: "same-origin", signal: controller.signal }, options);
    return fetch(url, settings).then(function (response) {
      var at = Date.parse(response.headers.get("X-Served-At") || "");
      if (at) { hallIs(at + (performance.now() - sent) / 2); }
      if (!response.ok && response.type !== "opaqueredirect") { throw new Error(String(response.status)); }
      return response.text();
    }).then(function (text) { clearTimeout(limit); return text; }, function (problem) { clearTimeout(limit); throw problem; });
  }

  function refresh() {
    if (!live.dataset.board) { return; }
    if (fetching) { again = true; return; }
    fetching = true;
    asked = performance.now();
    ask(live.dataset.board, { headers: { "HX-Request": "true" } }).then(answered, lost);
  }

  function answered(text) {
    var recovered = failures > 1;
    var byHint = told;
    fetching = false;
    told = again;
    failures = 0;
    note(false);
    schedule(again ? 0 : poll());
    again = false;
    var called = show(text);
    // A stream that survived a lost server, or that did not tell of two calls, is not trusted any more.
    if (called) { untold = byHint ? 0 : untold + 1; }
    if (stream && (recovered || untold > 1)) { closeStream(); }
    if (!stream && performance.now() >= streamAfter) { openStream(); }
  }

  function lost() {
    fetching = again = told = false;
    failures += 1;
    if (failures > 1) { note(true); }
    schedule(Math.min(FIRST_RETRY * Math.pow(2, failures - 1), LAST_RETRY) * (0.75 + Math.random() / 2));
  }

  /* Put ``text`` on the wall; whether there is a new call in it. */
  function show(text) {
    var part = document.createElement("template");
    part.innerHTML = text;
    var fresh = part.content.querySelector("[data-at]");
    if (!fresh) { return false; }     // not a board (a proxy's page, say): keep the last one
    var old = board();
    if (old && fresh.dataset.build && old.dataset.build && fresh.dataset.build !== old.dataset.build) {
      outdated = true;
      renew();
      return false;
    }
    var called = old && fresh.dataset.call && fresh.dataset.call !== old.dataset.call;
    if (!served && Date.parse(fresh.dataset.at) > hallNow()) { hallIs(Date.parse(fresh.dataset.at)); }
    place(part.content);
    turnPages();
    showDataTime();
    if (called) { announce(fresh.dataset.call); }
    return Boolean(called);
  }

  /* Only what changed: a running line that is still the same runs on. */
  function place(content) {
    var wanted = Array.prototype.slice.call(content.children);
    var ids = wanted.map(function (element) { return element.id; });
    Array.prototype.slice.call(live.children).forEach(function (element) {
      if (ids.indexOf(element.id) < 0) { element.remove(); }
    });
    wanted.forEach(function (element) {
      var source = element.outerHTML;
      var there = document.getElementById(element.id);
      if (there && sources[element.id] === source) { return; }
      sources[element.id] = source;
      if (there) { there.replaceWith(element); } else { live.appendChild(element); }
    });
  }

  function announce(mark) {
    var call = live.querySelector(".call");
    if (call) { call.classList.add("fresh"); }
    // voice.js, where it runs, takes the chime over (preventDefault) and rings before each announcement, so that nothing overlaps
    var called = new CustomEvent("portal:called", { cancelable: true, detail: { call: mark } });
    if (live.dispatchEvent(called) && live.dataset.chime === "on") { chime(); }
  }

  /* Load the page anew, but only when the server answers with it: an error page would be the end of the screen. */
  var renewing = false;

  function renew() {
    if (renewing) { return; }
    renewing = true;
    ask(location.href, { redirect: "manual" }).then(function () { location.reload(); }, function () {
      setTimeout(function () { renewing = false; }, LAST_RETRY);
    });
  }

  /* ---- the hint ---- */

  var stream = null;
  var streamAfter = 0;
  var streamPause = FIRST_RETRY;
  var untold = 0;               // calls that a poll found before the stream told of them

  function openStream() {
    if (!live.dataset.stream) { return; }
    untold = 0;
    var source = new EventSource(live.dataset.stream);
    stream = source;
    source.onopen = function () { streamPause = FIRST_RETRY; told = true; refresh(); };
    source.addEventListener("board", function () { told = true; refresh(); });
    source.onerror = function () {
      if (stream !== source) { return; }
      if (source.readyState === 2) {
        // Closed for good (no place left, or the server went away while answering): a later board opens a new one, ever more patiently.
        stream = null;
        streamAfter = performance.now() + streamPause;
        streamPause = Math.min(streamPause * 2, 4 * LAST_RETRY);
      }
      if (!failures) { schedule(FIRST_RETRY); }
    };
  }

  function closeStream() {
    if (stream) { stream.close(); stream = null; }
  }

  function restart() {
    closeStream();
    failures = 0;
    refresh();
  }

  /* ---- two notes; a browser that forbids sound before a touch simply stays silent ---- */

  var audio = null;
  var soundUntil = 0;

  function ring(at, pitch) {
    var tone = audio.createOscillator();
    var loudness = audio.createGain();
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.0001, at);
    loudness.gain.exponentialRampToValueAtTime(0.4, at + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.9);
    tone.connect(loudness);
    loudness.connect(audio.destination);
    tone.start(at);
    tone.stop(at + 1);
  }

  /* The milliseconds until it is over; 0 where nothing can be heard. */
  function chime() {
    try {
      audio = audio || new AudioContext();
      if (audio.state === "suspended") { audio.resume().catch(function () {}); }
      if (audio.state !== "running") { return 0; }
      var at = Math.max(audio.currentTime, soundUntil);   // one announcement at a time
      ring(at, 659.3);
      ring(at + 0.45, 523.3);
      soundUntil = at + 1.6;
      return Math.round((soundUntil - audio.currentTime) * 1000);
    } catch (problem) {
      audio = null;
      return 0;
    }
  }

  live.ring = chime;
  Array.prototype.forEach.call(live.children, function (element) { sources[element.id] = element.outerHTML; });
  tick();
  setInterval(tick, 1000);
  if (live.dataset.board) {
    window.addEventListener("online", restart);
    document.addEventListener("visibilitychange", function () { if (!document.hidden) { restart(); } });
    openStream();
    schedule(poll());
  }
})();

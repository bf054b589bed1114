/* Keeps a wall screen alive without anybody near it. #live carries:
 *   data-board   the address of the board part (fetched with HX-Request: true; answered from memory with an ETag)
 *   data-stream  the stream that says only "board changed"
 *   data-chime   "on" rings two notes at a new call
 *   data-poll    milliseconds between two fetches while all is well (15000 where it says nothing)
 * The board's root carries data-at (ISO time of the data), data-call (changes with every call and recall) and data-build (changes when the
 * server was upgraded). The stream is a hint; the poll is the guarantee, so a dead cable that no browser reports costs one poll at most.
 * The public never sees an error: the last board stays, with a neutral note. Plain ES2018 for Chromium 83, no htmx. */
(function () {
  "use strict";

  var ANSWER_LIMIT = 8000;
  var FIRST_RETRY = 1000;
  var LAST_RETRY = 15000;
  var SLEPT = 60000;            // a gap this long between two ticks means the machine was asleep
  var WEEKDAYS = "日一二三四五六";

  var live = document.getElementById("live");
  var POLL = live && Number(live.dataset.poll) || 15000;   // while all is well
  var clock = document.getElementById("clock");
  var offline = document.getElementById("offline");
  var dataTime = document.getElementById("data-time");
  var served = document.querySelector('meta[name="served-at"]');
  var zone = served ? /([+-])(\d\d):?(\d\d)$/.exec(served.content) : null;
  var zoneShift = zone ? (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3])) * 60000 : 8 * 3600000;
  var skew = served ? Date.parse(served.content) - Date.now() : 0;
  var day = null;
  var lastTick = Date.now();
  var failures = 0;
  var timer = null;
  var fetching = false;
  var again = false;
  var body = "";

  /* The hall's wall time, whatever zone the screen's little computer believes in. */
  function wall(moment) { return new Date(moment + zoneShift); }
  function two(number) { return ("0" + number).slice(-2); }

  function board() { return live.querySelector("[data-at]"); }

  function showDataTime() {
    var current = board();
    if (!current || !dataTime) { return; }
    var at = wall(Date.parse(current.dataset.at));
    dataTime.textContent = two(at.getUTCHours()) + ":" + two(at.getUTCMinutes()) + ":" + two(at.getUTCSeconds());
  }

  function tick() {
    var now = Date.now();
    var slept = now - lastTick > SLEPT;
    lastTick = now;
    var here = wall(now + skew);
    if (clock) {
      clock.textContent = here.getUTCMonth() + 1 + "月" + here.getUTCDate() + "日 星期" + WEEKDAYS[here.getUTCDay()] + " " + two(here.getUTCHours()) + ":" + two(here.getUTCMinutes());
    }
    if (slept) { restart(); }
    // A new day starts from a fresh page, but only when the server answers: a reload into an error page would be the end of the screen.
    if (day !== null && day !== here.getUTCDate()) { reloadWhenAnswered(); }
    day = here.getUTCDate();
  }

  /* ---- the board ---- */

  function note(lost) { if (offline) { offline.hidden = !lost; } }

  function schedule(pause) {
    clearTimeout(timer);
    timer = setTimeout(refresh, pause);
  }

  function ask(url) {
    var controller = new AbortController();
    var limit = setTimeout(function () { controller.abort(); }, ANSWER_LIMIT);
    return fetch(url, { headers: { "HX-Request": "true" }, cache: "no-cache", credentials: "same-origin", signal: controller.signal }).then(function (response) {
      if (!response.ok) { throw new Error(String(response.status)); }
      return response.text();
    }).then(function (text) { clearTimeout(limit); return text; }, function (problem) { clearTimeout(limit); throw problem; });
  }

  function refresh() {
    if (fetching) { again = true; return; }
    fetching = true;
    ask(live.dataset.board).then(function (text) {
      fetching = false;
      failures = 0;
      note(false);
      show(text);
      if (!stream && Date.now() >= streamAfter) { openStream(); }
      schedule(again ? 0 : POLL);
      again = false;
    }, function () {
      fetching = false;
      again = false;
      failures += 1;
      if (failures > 1) { note(true); }
      schedule(Math.min(FIRST_RETRY * Math.pow(2, failures - 1), LAST_RETRY) * (0.75 + Math.random() / 2));
    });
  }

  function show(text) {
    if (text === body) { return; }
    var part = document.createElement("template");
    part.innerHTML = text;
    var fresh = part.content.querySelector("[data-at]");
    if (!fresh) { return; }     // not a board (a proxy's page, say): keep the last one
    var old = board();
    if (old && fresh.dataset.build && old.dataset.build && fresh.dataset.build !== old.dataset.build) { location.reload(); return; }
    var called = old && fresh.dataset.call && fresh.dataset.call !== old.dataset.call;
    body = text;
    live.textContent = "";
    live.appendChild(part.content);
    showDataTime();
    if (called) {
      var call = live.querySelector(".call");
      if (call) { call.classList.add("fresh"); }
      if (live.dataset.chime === "on") { chime(); }
    }
  }

  function reloadWhenAnswered() {
    ask(live.dataset.board).then(function () { location.reload(); }, function () { setTimeout(reloadWhenAnswered, LAST_RETRY); });
  }

  /* ---- the hint ---- */

  var stream = null;
  var streamAfter = 0;
  var streamPause = FIRST_RETRY;

  function openStream() {
    if (!live.dataset.stream) { return; }
    var source = new EventSource(live.dataset.stream);
    stream = source;
    source.onopen = function () { streamPause = FIRST_RETRY; refresh(); };
    source.addEventListener("board", refresh);
    source.onerror = function () {
      if (stream !== source) { return; }
      if (source.readyState === 2) {
        // Closed for good (no place left, or the server went away while answering): a later board opens a new one, ever more patiently.
        stream = null;
        streamAfter = Date.now() + streamPause;
        streamPause = Math.min(streamPause * 2, 4 * LAST_RETRY);
      }
      if (!failures) { schedule(FIRST_RETRY); }
    };
  }

  function restart() {
    if (stream) { stream.close(); stream = null; }
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

  function chime() {
    try {
      audio = audio || new AudioContext();
      if (audio.state === "suspended") { audio.resume().catch(function () {}); }
      if (audio.state !== "running") { return; }
      var at = Math.max(audio.currentTime, soundUntil);   // one announcement at a time
      ring(at, 659.3);
      ring(at + 0.45, 523.3);
      soundUntil = at + 1.6;
    } catch (problem) {
      audio = null;
    }
  }

  if (live) {
    window.addEventListener("online", restart);
    document.addEventListener("visibilitychange", function () { if (!document.hidden) { restart(); } });
    showDataTime();
    tick();
    setInterval(tick, 1000);
    openStream();
    schedule(POLL);
  }
})();

/* One connection for all windows of a browser. A browser opens six connections to a host: six windows that each held a stream would leave none
 * for the seventh. Each page tells this shared worker what it listens to; the worker holds ONE EventSource (/stream/several) for all of it.
 *
 *   page → worker  {links: [{url, names}]}  everything this page listens to now (nothing while it is hidden)
 *                  {here: true}             the answer to a ping      {bye: true}  the page goes
 *   worker → page  {ready: true}            on connecting             {ping: true}, {again: true}  say what you listen to
 *                  {url, name, data}        an event of that address
 *
 * An address is known by everything but its mark ("seen", what the page shows). The server tells the mark of each address with each event, so
 * the stream can be opened anew when pages come, and nothing is missed or told twice; after a failure all pages are told that something may have
 * changed. What nobody listens to any more is dropped with the next opening, or closed after a while: moving to another page costs no reopening
 * where its address is open already. A page that vanished without a word is noticed by its silence. Plain ES2018 for Chromium 83. */
(function () {
  "use strict";

  var FIRST_RETRY = 1000;
  var LAST_RETRY = 30000;
  var SETTLE = 50;              // pages say several things at once
  var LINGER = 3000;            // between two pages of one window nobody listens
  var PING = 15000;
  var SILENT = 3;               // unanswered pings
  var MOST = 60;                // as the server

  var tabs = [];                // {port, links: [{url, key, names}], missed}
  var marks = {};               // key -> how far its pages have been told
  var source = null;
  var keys = [];                // what the source was opened for, in order
  var attached = {};            // event names of the source that are listened to
  var broken = false;
  var retry = FIRST_RETRY;
  var timer = null;             // of a retry
  var settling = null;
  var lingering = null;

  function keyOf(url) { return url.replace(/([?&])seen=[^&]*&?/, "$1").replace(/[?&]$/, ""); }
  function markOf(url) { return (/[?&]seen=([^&]*)/.exec(url) || ["", ""])[1]; }
  function addressOf(key) { return marks[key] ? key + (key.indexOf("?") < 0 ? "?" : "&") + "seen=" + marks[key] : key; }

  function wanted() {
    var found = [];
    tabs.forEach(function (tab) {
      tab.links.forEach(function (link) { if (found.indexOf(link.key) < 0) { found.push(link.key); } });
    });
    return found.slice(-MOST);
  }

  /* ---- telling ---- */

  function tell(key, name, data) {
    tabs.forEach(function (tab) {
      tab.links.forEach(function (link) {
        if (link.key === key && link.names.indexOf(name) >= 0) { tab.port.postMessage({ url: link.url, name: name, data: data }); }
      });
    });
  }

  function catchUp(tab, link) {
    link.names.forEach(function (name) { tab.port.postMessage({ url: link.url, name: name, data: "" }); });
  }

  /* ---- the stream ---- */

  function attach() {
    if (!source) { return; }
    tabs.forEach(function (tab) {
      tab.links.forEach(function (link) {
        var place = keys.indexOf(link.key);
        if (place >= 0) { link.names.forEach(function (name) { listen(place, link.key, name); }); }
      });
    });
  }

  function listen(place, key, name) {
    var full = place + ":" + name;
    if (attached[full]) { return; }
    attached[full] = true;
    source.addEventListener(full, function (event) {
      var told = event.lastEventId.split(",");
      if (told.length === keys.length) { keys.forEach(function (each, index) { marks[each] = told[index]; }); }
      tell(key, name, event.data);
    });
  }

  function close() {
    clearTimeout(timer);
    timer = null;
    if (source) { source.close(); source = null; }
    keys = [];
    attached = {};
  }

  function open() {
    close();
    keys = wanted();
    if (!keys.length) { return; }
    Object.keys(marks).forEach(function (key) { if (keys.indexOf(key) < 0) { delete marks[key]; } });
    var several = keys[0].replace(/\/stream\/.*$/, "/stream/several?");
    var opened = new EventSource(several + keys.map(function (key) { return "of=" + encodeURIComponent(addressOf(key)); }).join("&"), { withCredentials: true });
    source = opened;
    attach();
    opened.onopen = function () {
      retry = FIRST_RETRY;
      if (!broken) { return; }
      broken = false;
      tabs.forEach(function (tab) { tab.links.forEach(function (link) { catchUp(tab, link); }); });
    };
    opened.onerror = function () {
      broken = true;
      if (source !== opened || opened.readyState !== 2) { return; }   // 0: the browser itself is retrying
      source = null;
      timer = setTimeout(open, retry * (0.75 + Math.random() / 2));
      retry = Math.min(retry * 2, LAST_RETRY);
    };
  }

  function settle() {
    settling = null;
    var now = wanted();
    clearTimeout(lingering);
    if (!now.length) {
      lingering = setTimeout(function () { close(); marks = {}; broken = false; }, LINGER);
    } else if (!source || now.some(function (key) { return keys.indexOf(key) < 0; })) {
      open();                   // also where a retry is due: a page that has just been loaded says that the server is there
    } else {
      attach();
    }
  }

  /* ---- the pages ---- */

  function listens(tab, links) {
    var before = tab.links.map(function (link) { return link.url; });
    tab.links = links.map(function (link) { return { url: link.url, key: keyOf(link.url), names: link.names }; });
    tab.links.forEach(function (link) {
      if (before.indexOf(link.url) >= 0) { return; }
      if (!(link.key in marks)) {
        marks[link.key] = markOf(link.url);
      } else if (marks[link.key] !== markOf(link.url)) {
        catchUp(tab, link);     // the page was made before or after the last news: which one it shows is not known
      }
    });
    if (!settling) { settling = setTimeout(settle, SETTLE); }
  }

  function leave(tab) {
    tab.links = [];
    tabs = tabs.filter(function (each) { return each !== tab; });
    if (!settling) { settling = setTimeout(settle, SETTLE); }
  }

  function hear(tab, said) {
    tab.missed = 0;
    if (said.bye) { leave(tab); return; }
    if (tabs.indexOf(tab) < 0) {
      tabs.push(tab);           // it was silent for too long, and is there after all
      if (!said.links) { tab.port.postMessage({ again: true }); }
    }
    if (said.links) { listens(tab, said.links); }
  }

  self.onconnect = function (event) {
    var tab = { port: event.ports[0], links: [], missed: 0 };
    tabs.push(tab);
    tab.port.onmessage = function (message) { hear(tab, message.data); };
    tab.port.postMessage({ ready: true });
  };

  setInterval(function () {
    tabs.slice().forEach(function (tab) {
      tab.missed += 1;
      if (tab.missed > SILENT) { leave(tab); } else { tab.port.postMessage({ ping: true }); }
    });
  }, PING);
})();

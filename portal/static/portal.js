/* What the pages do beyond HTML and htmx. Every part works on attributes, so a page needs no script of its own:
 *
 *   data-key="F2"          the control is clicked by that key (F1–F10 without F5, or Ctrl+Enter); never while an input method composes
 *   data-urgent            on a control and its form: the key works at once, whatever is being typed or composed, and the page is left as it is
 *   data-pick="c"          in a fieldset.choices: the option is chosen by that character (without it the digits count the options off)
 *   data-enter="next"      on a form: Enter in a one-line field goes to the next field instead of submitting
 *   data-keeps="id id"     on a form: it keeps the draft of those forms; kept before a key or another form takes over
 *   data-guard             on a form: leaving the page with unsaved typing asks first (nothing is ever kept in the browser's storage)
 *   data-since="ISO"       on <time>: the elapsed time, ticking, counted from the server's clock
 *   data-picks             on a group of links: a digit presses the link of that data-pick while the focus is among them
 *   data-grid              on a table: the arrow keys move the focus between the links of its cells
 *   data-focus-idle        takes the focus when nothing else has it
 *   data-focus             takes the focus when the page or part arrives (error summaries)
 *   data-action="print"    prints; body[data-autoprint] prints by itself
 *   sse-connect            streams go through ONE connection for all windows of the browser (stream-worker.js), else one per address; nothing is
 *                          held while the page is hidden, and what happened meanwhile is caught up with
 *
 * Plain ES2018 for Chromium 83. */
(function () {
  "use strict";

  var HIDDEN_GRACE = 5000;      // a glance at another tab must not cost a reconnection
  var COMPOSED_GRACE = 80;      // some input methods report the confirming Enter just after compositionend
  var FIRST_RETRY = 1000;
  var LAST_RETRY = 30000;
  var WORKER_LIMIT = 4000;      // a shared worker that has not answered by then never will
  var BUSY_LIMIT = 15000;       // a download never answers the page; the button must come back

  /* ---- input method: the Enter that confirms a pinyin candidate is not a command ---- */

  var composing = false;
  var composedAt = -COMPOSED_GRACE;

  function isComposing(event) {
    return composing || event.isComposing || event.keyCode === 229 || performance.now() - composedAt < COMPOSED_GRACE;
  }

  document.addEventListener("compositionstart", function () { composing = true; }, true);
  document.addEventListener("compositionend", function () { composing = false; composedAt = performance.now(); }, true);
  document.addEventListener("focusout", function () { composing = false; }, true);

  /* ---- keys ---- */

  function visible(element) {
    return element.getClientRects().length > 0 && !element.disabled;
  }

  function keyName(event) {
    if (event.key === "Enter" && event.ctrlKey && !event.altKey && !event.shiftKey) { return "Ctrl+Enter"; }
    if (/^F([1-46-9]|10)$/.test(event.key) && !event.ctrlKey && !event.altKey && !event.shiftKey && !event.metaKey) { return event.key; }
    return null;
  }

  function shortcut(name, from) {
    var own = from.closest && from.closest("form, dialog");
    var found = Array.prototype.filter.call((own || document).querySelectorAll('[data-key="' + name + '"]'), visible);
    if (!found.length && own) {
      found = Array.prototype.filter.call(document.querySelectorAll('[data-key="' + name + '"]'), visible);
    }
    return found[0] || null;
  }

  function typing(element) {
    return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && !/^(radio|checkbox|button|submit)$/.test(element.type);
  }

  function chooseByDigit(event) {
    var links = event.target.closest && event.target.closest("[data-picks]");
    var link = links && /^[0-9]$/.test(event.key) && links.querySelector('[data-pick="' + event.key + '"]');
    if (link) { link.click(); return true; }
    var group = event.target.closest && event.target.closest("fieldset.choices");
    if (!group || typing(event.target) || !/^[0-9a-z]$/.test(event.key)) { return false; }
    // more than ten options name their own keys (data-pick); otherwise the digits count them off
    var named = group.querySelector('[data-pick="' + event.key + '"]');
    var options = group.querySelectorAll("input[type=radio], input[type=checkbox]");
    var option = named || (/[0-9]/.test(event.key) ? options[event.key === "0" ? 9 : Number(event.key) - 1] : null);
    if (!option || option.disabled) { return false; }
    option.focus();
    option.click();
    return true;
  }

  function moveInGrid(event) {
    var steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    var step = steps[event.key];
    var cell = step && event.target.closest && event.target.closest("table[data-grid] td");
    if (!cell) { return false; }
    var rows = cell.closest("tbody").rows;
    var down = Array.prototype.indexOf.call(rows, cell.parentNode);
    var across = cell.cellIndex;
    for (;;) {
      down += step[0];
      across += step[1];
      var next = rows[down] && rows[down].cells[across];
      if (!next) { return true; }
      var link = next.querySelector("td a");
      if (link && next !== cell) { link.focus(); return true; }
    }
  }

  function focusNext(element) {
    var fields = Array.prototype.filter.call(element.form.elements, function (field) {
      // a visit is ended by its key or a deliberate press, never by one Enter too many
      return field.type !== "hidden" && visible(field) && field.tagName !== "FIELDSET" && !(field.type === "submit" && field.name === "then");
    });
    var next = fields.slice(fields.indexOf(element) + 1).filter(function (field) { return !element.name || field.name !== element.name; })[0];
    if (next) { next.focus(); }
  }

  document.addEventListener("keydown", function (event) {
    var name = keyName(event);
    if (event.code === "F9" && !event.repeat && !event.ctrlKey && !event.altKey && !event.metaKey) {
      var urgent = document.querySelector('[data-urgent][data-key="F9"]');
      if (urgent) { event.preventDefault(); event.stopPropagation(); urgent.click(); return; }
    }
    if (isComposing(event)) {
      // Stopped before anybody else sees it: neither the form nor htmx may act on a confirming Enter.
      if (event.key === "Enter") { event.preventDefault(); event.stopPropagation(); }
      return;
    }
    if (name) {
      var control = shortcut(name, event.target);
      if (control) {
        event.preventDefault();
        if (!event.repeat) { control.click(); }   // without focus(): it stays where the hand is
      }
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey) { return; }
    if (event.key === "/" && !typing(event.target)) {
      var search = document.getElementById("search");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (event.key === "Escape") {
      closeMenus(null);
      leaveForm(event);
    } else if (chooseByDigit(event) || moveInGrid(event)) {
      event.preventDefault();
    } else if (event.key === "Enter" && event.target.tagName === "INPUT" && !/^(submit|button|file|image|reset)$/.test(event.target.type) && event.target.closest("form[data-enter=next]")) {
      event.preventDefault();
      focusNext(event.target);
    }
  }, true);

  function leaveForm(event) {
    var slot = event.target.closest && event.target.closest("#case-form");
    if (!slot) { return; }
    var form = slot.querySelector("form[data-guard]");
    event.preventDefault();
    if (form && form.dataset.dirty === "1" && !window.confirm(UNSENT)) { return; }
    setDirty(form, false);
    slot.textContent = "";
    var back = opener && document.contains(opener) ? opener : document.querySelector("#case-actions a");
    if (back) { back.focus(); }
  }

  /* ---- before another form or the end of the visit takes over: ask about what is not sent, keep what is not kept ---- */

  var UNSENT = "正在填写的内容还没有提交。确定离开吗？已存的草稿下次打开时还在。";
  var opener = null;
  var going = null;
  var unkept = {};              // form id -> typed in since its draft was last kept

  document.addEventListener("input", function (event) { if (event.target.form && event.target.form.id) { unkept[event.target.form.id] = true; } });

  function keepers(own) {
    return Array.prototype.filter.call(document.querySelectorAll("form[data-keeps]"), function (form) {
      return form.dataset.keeps.split(" ").some(function (id) { return unkept[id] && !(own && own.id === id); });
    });
  }

  function keepFirst(forms, then) {
    var left = forms.length + 1;
    var timer = setTimeout(function () { left = 1; done(); }, 3000);
    function done() { left -= 1; if (!left) { clearTimeout(timer); then(); } }
    forms.forEach(function (form) {
      form.addEventListener("htmx:afterRequest", done, { once: true });
      window.htmx.trigger(form, "submit");
    });
    done();
  }

  document.addEventListener("click", function (event) {
    var control = event.target.closest("[data-key], [hx-target='#case-form']");
    if (!control || going === control || event.button || control.hasAttribute("data-urgent")) { return; }
    var own = control.form || control.closest("form");
    var unsent = Array.prototype.filter.call(document.querySelectorAll("form[data-dirty='1']"), function (form) { return form !== own; });
    var forms = window.htmx ? keepers(own) : [];
    if (control.getAttribute("hx-target") === "#case-form") { opener = control; }
    if (!unsent.length && !forms.length) { return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (unsent.length && !window.confirm(UNSENT)) { return; }
    keepFirst(forms, function () {
      unsent.forEach(function (form) { setDirty(form, false); });
      going = control;
      control.click();
      going = null;
    });
  }, true);

  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) { if (menu !== except) { menu.open = false; } });
  }

  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest("details.menu"));
    if (event.target.closest('[data-action="print"]')) { window.print(); }
  });

  /* ---- one press, one request ---- */

  function submitButtons(form) {
    return Array.prototype.filter.call(form.elements, function (control) { return control.type === "submit"; });
  }

  function setBusy(form, busy) {
    if (!form || form.tagName !== "FORM") { return; }
    clearTimeout(form.busyTimer);
    form.dataset.busy = busy ? "1" : "";
    // aria-disabled and not disabled: the focus must stay where the hand is, and the pressed button's own value must be sent.
    submitButtons(form).forEach(function (button) {
      if (busy) { button.setAttribute("aria-disabled", "true"); } else { button.removeAttribute("aria-disabled"); }
    });
    if (busy) { form.busyTimer = setTimeout(function () { setBusy(form, false); }, BUSY_LIMIT); }
  }

  document.addEventListener("submit", function (event) {
    if (event.target.dataset.busy === "1" || (composing && !event.target.hasAttribute("data-urgent"))) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  document.addEventListener("submit", function (event) {
    if (!event.defaultPrevented && event.target.method !== "get") { setBusy(event.target, true); setDirty(event.target, false); }
  });

  window.addEventListener("pageshow", function (event) {
    if (event.persisted) { document.querySelectorAll("form[data-busy='1']").forEach(function (form) { setBusy(form, false); }); }
  });

  /* ---- unsaved typing ---- */

  function setDirty(form, dirty) {
    if (form && form.dataset && "guard" in form.dataset) { form.dataset.dirty = dirty ? "1" : ""; }
  }

  // "input" only: "change" also fires at blur or Enter, after the form may already have been saved.
  document.addEventListener("input", function (event) { setDirty(event.target.form, true); });

  window.addEventListener("beforeunload", function (event) {
    if (document.querySelector("form[data-dirty='1']")) { event.preventDefault(); event.returnValue = ""; }
  });

  // a success has been read by the time the next thing is done
  document.addEventListener("input", function () {
    var done = document.querySelector(".page-fixed #notice .notice-success");
    if (done) { done.parentNode.removeChild(done); }
  });

  /* ---- htmx ---- */

  function say(text, kind) {
    var notice = document.getElementById("notice");
    if (!notice) { return; }
    var line = document.createElement("p");
    line.className = "notice " + (kind || "notice-error");
    line.textContent = text;
    notice.textContent = "";
    notice.appendChild(line);
  }

  function formOf(element) {
    return element.tagName === "FORM" ? element : element.form || (element.closest && element.closest("form"));
  }

  function changes(event) {
    return event.detail.requestConfig && event.detail.requestConfig.verb !== "get";
  }

  document.addEventListener("htmx:configRequest", function (event) {
    var cause = event.detail.triggeringEvent;
    // The server does not let these extend a person's idle time: nobody touched anything.
    if (!cause || /^sse:/.test(cause.type)) { event.detail.headers["X-Background"] = "1"; }
  });

  document.addEventListener("htmx:beforeRequest", function (event) {
    var form = formOf(event.detail.elt);
    if (form && form === event.detail.elt && changes(event)) { setBusy(form, true); setDirty(form, false); }
    if (form && form.dataset.keeps) { form.dataset.keeps.split(" ").forEach(function (id) { delete unkept[id]; }); }
  });

  // A late answer never replaces a form somebody types in, unless it is that form's own.
  document.addEventListener("htmx:beforeSwap", function (event) {
    var target = event.detail.target;
    var typed = target && target.querySelectorAll ? Array.prototype.slice.call(target.querySelectorAll("form[data-dirty='1']")) : [];
    var own = formOf(event.detail.requestConfig ? event.detail.requestConfig.elt : event.detail.elt);
    if (typed.some(function (form) { return form !== own; })) {
      event.detail.shouldSwap = false;
      if (changes(event)) { say("已保存。页面上还有未提交的内容，提交后再显示最新情况。", "notice-warning"); }
    }
  });

  document.addEventListener("htmx:afterRequest", function (event) {
    var form = formOf(event.detail.elt);
    if (form && form === event.detail.elt && changes(event)) {
      setBusy(form, false);
      if (!event.detail.successful) { setDirty(form, true); }
    }
  });

  document.addEventListener("htmx:swapError", function () { say("页面没有更新成功，请刷新后核对刚才的操作是否已保存。"); });
  ["htmx:sendError", "htmx:timeout"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      if (changes(event)) { say("网络没有回应，刚才的操作可能没有完成。已输入的内容还在，请稍候再试。"); }
    });
  });

  function arrive(root) {
    var target = root.querySelector("[data-focus]");
    if (!target && root.querySelector(".error-summary")) {   // one wrong field: straight to it
      target = root.querySelector("input[aria-invalid=true], select[aria-invalid=true], textarea[aria-invalid=true], [aria-invalid=true] input");
    }
    if (!target && (!document.activeElement || document.activeElement === document.body)) { target = root.querySelector("[data-focus-idle]"); }
    if (target) { target.focus(); }
    tick();
  }

  document.addEventListener("htmx:afterSettle", function (event) { arrive(event.detail.elt || document); });

  /* ---- elapsed time ---- */

  var served = document.querySelector('meta[name="served-at"]');
  var skew = served ? Date.parse(served.content) - Date.now() : 0;

  function elapsed(seconds) {
    var minutes = Math.floor(seconds / 60);
    var rest = ("0" + seconds % 60).slice(-2);
    if (minutes < 60) { return ("0" + minutes).slice(-2) + ":" + rest; }
    return Math.floor(minutes / 60) + ":" + ("0" + minutes % 60).slice(-2) + ":" + rest;
  }

  function tick() {
    document.querySelectorAll("time[data-since]").forEach(function (element) {
      var seconds = Math.floor((Date.now() + skew - Date.parse(element.dataset.since)) / 1000);
      if (isFinite(seconds)) { element.textContent = elapsed(Math.max(0, seconds)); }
    });
  }

  setInterval(tick, 1000);

  /* ---- streams ----
   * htmx-ext-sse asks htmx.createEventSource for its connection; it gets this one, which shares the address's single real EventSource,
   * never reports itself closed (so the extension's own reconnecting, which forgets listeners, stays out of it), lets go while the page is
   * hidden, retries with growing pauses, and after every gap tells all listeners that something may have changed.
   * A browser opens six connections to a host, whatever the number of its windows: where there are shared workers, one worker holds one
   * stream for all of them. The page tells it what it listens to now; where the worker does not answer, the page goes its own way. */

  var links = {};
  var script = document.currentScript;
  var alone = !window.SharedWorker || !script;
  var port = null;
  var answered = null;
  var telling = false;

  function shared() {
    if (alone || port) { return !alone; }
    try {
      var worker = new SharedWorker(script.src.replace(/portal\.js.*$/, "stream-worker.js"), "portal-streams");
      worker.onerror = goAlone;
      port = worker.port;
      port.onmessage = hear;
      answered = setTimeout(goAlone, WORKER_LIMIT);
    } catch (problem) {
      alone = true;
    }
    return !alone;
  }

  function goAlone() {
    clearTimeout(answered);
    if (alone) { return; }
    alone = true;
    port.postMessage({ bye: true });
    port = null;
    eachLink(function (link) {
      link.joined = false;
      link.open();
    });
  }

  function hear(event) {
    var said = event.data;
    clearTimeout(answered);
    if (said.url) {
      var link = links[said.url];
      if (link && link.joined) { link.tell(said.name, new MessageEvent(said.name, { data: said.data })); }
    } else if (port && said.ping) {
      port.postMessage({ here: true });
    } else if (port && said.again) {
      tellWorker();
    }
  }

  /* Once for all that changed in one go. */
  function tellWorker() {
    if (telling) { return; }
    telling = true;
    Promise.resolve().then(function () {
      telling = false;
      if (!port) { return; }
      var joined = Object.keys(links).filter(function (url) { return links[url].joined; });
      port.postMessage({ links: joined.map(function (url) { return { url: url, names: Object.keys(links[url].names) }; }) });
    });
  }

  function Link(url) {
    this.url = url;
    this.names = {};            // event name -> [listener]
    this.source = null;
    this.retry = FIRST_RETRY;
    this.timer = null;
    this.broken = false;
    this.users = 0;
    this.joined = false;        // held by the shared worker
  }

  Link.prototype.open = function () {
    var link = this;
    clearTimeout(link.timer);
    if (link.source || document.hidden || !link.users) { return; }
    if (shared()) {
      link.joined = true;
      tellWorker();
      return;
    }
    var source = new EventSource(link.url, { withCredentials: true });
    link.source = source;
    Object.keys(link.names).forEach(function (name) { link.attach(name); });
    source.onopen = function () {
      link.retry = FIRST_RETRY;
      if (link.broken) { link.broken = false; link.catchUp(); }
    };
    source.onerror = function () {
      link.broken = true;
      if (link.source !== source || source.readyState !== 2) { return; }   // 0: the browser itself is retrying
      link.source = null;
      link.timer = setTimeout(function () { link.open(); }, link.retry * (0.75 + Math.random() / 2));
      link.retry = Math.min(link.retry * 2, LAST_RETRY);
    };
  };

  Link.prototype.attach = function (name) {
    var link = this;
    if (link.joined) { tellWorker(); }
    if (link.source) { link.source.addEventListener(name, function (event) { link.tell(name, event); }); }
  };

  Link.prototype.tell = function (name, event) {
    (this.names[name] || []).slice().forEach(function (listener) { listener(event); });
  };

  Link.prototype.catchUp = function () {
    var link = this;
    Object.keys(link.names).forEach(function (name) { link.tell(name, new MessageEvent(name, { data: "" })); });
  };

  Link.prototype.close = function () {
    clearTimeout(this.timer);
    if (this.joined) { this.joined = false; tellWorker(); }
    if (this.source) { this.source.close(); this.source = null; this.broken = true; }
  };

  function connect(url) {
    var link = links[url] || (links[url] = new Link(url));
    var own = [];
    link.users += 1;
    var handle = {
      readyState: 1,
      url: url,
      addEventListener: function (name, listener) {
        own.push([name, listener]);
        if (!link.names[name]) { link.names[name] = []; link.attach(name); }
        link.names[name].push(listener);
      },
      removeEventListener: function (name, listener) {
        link.names[name] = (link.names[name] || []).filter(function (each) { return each !== listener; });
      },
      close: function () {
        if (handle.readyState === 2) { return; }
        handle.readyState = 2;
        own.forEach(function (pair) { handle.removeEventListener(pair[0], pair[1]); });
        link.users -= 1;
        if (!link.users) { link.close(); delete links[url]; }
      }
    };
    link.open();
    return handle;
  }

  function eachLink(action) {
    Object.keys(links).forEach(function (url) { action(links[url]); });
  }

  var hiddenTimer = null;
  document.addEventListener("visibilitychange", function () {
    clearTimeout(hiddenTimer);
    if (document.hidden) {
      hiddenTimer = setTimeout(function () { eachLink(function (link) { link.close(); }); }, HIDDEN_GRACE);
    } else {
      eachLink(function (link) { link.open(); });
    }
  });
  window.addEventListener("pagehide", function () {
    eachLink(function (link) { link.close(); });
    if (port) { port.postMessage({ bye: true }); }
  });
  window.addEventListener("pageshow", function (event) { if (event.persisted) { eachLink(function (link) { link.open(); }); } });

  if (window.htmx) { window.htmx.createEventSource = connect; }

  document.addEventListener("DOMContentLoaded", function () {
    arrive(document);
    if (document.body.hasAttribute("data-autoprint")) { window.print(); }
  });
})();

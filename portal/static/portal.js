/* What the pages do beyond HTML and htmx. Every part works on attributes, so a page needs no script of its own:
 *
 *   data-key="F2"          the control is clicked by that key (F1–F10 without F5, or Ctrl+Enter); never while an input method composes
 *   data-pick="c"          in a fieldset.choices: the option is chosen by that character (without it the digits count the options off)
 *   data-enter="next"      on a form: Enter in a one-line field goes to the next field instead of submitting
 *   data-guard             on a form: leaving the page with unsaved typing asks first (nothing is ever kept in the browser's storage)
 *   data-since="ISO"       on <time>: the elapsed time, ticking, counted from the server's clock
 *   data-focus             takes the focus when the page or part arrives (error summaries)
 *   data-action="print"    prints; body[data-autoprint] prints by itself
 *   sse-connect            streams go through ONE connection per address, closed while the page is hidden, with catching up afterwards
 *
 * Plain ES2018 for Chromium 83. */
(function () {
  "use strict";

  var HIDDEN_GRACE = 5000;      // a glance at another tab must not cost a reconnection
  var COMPOSED_GRACE = 80;      // some input methods report the confirming Enter just after compositionend
  var FIRST_RETRY = 1000;
  var LAST_RETRY = 30000;
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

  function focusNext(element) {
    var fields = Array.prototype.filter.call(element.form.elements, function (field) {
      return field.type !== "hidden" && visible(field) && field.tagName !== "FIELDSET";
    });
    var next = fields[fields.indexOf(element) + 1];
    if (next) { next.focus(); }
  }

  document.addEventListener("keydown", function (event) {
    var name = keyName(event);
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
    } else if (chooseByDigit(event)) {
      event.preventDefault();
    } else if (event.key === "Enter" && event.target.tagName === "INPUT" && typing(event.target) && event.target.closest("form[data-enter=next]")) {
      event.preventDefault();
      focusNext(event.target);
    }
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
    if (event.target.dataset.busy === "1" || composing) {
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

  /* ---- htmx ---- */

  function say(text) {
    var notice = document.getElementById("notice");
    if (!notice) { return; }
    var line = document.createElement("p");
    line.className = "notice notice-error";
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
    if (form && changes(event)) { setBusy(form, true); setDirty(form, false); }
  });

  document.addEventListener("htmx:afterRequest", function (event) {
    var form = formOf(event.detail.elt);
    if (form && changes(event)) {
      setBusy(form, false);
      if (!event.detail.successful) { setDirty(form, true); }
    }
  });

  ["htmx:sendError", "htmx:timeout"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      if (changes(event)) { say("网络没有回应,刚才的操作可能没有完成。已输入的内容还在,请稍候再试。"); }
    });
  });

  function arrive(root) {
    var target = root.querySelector("[data-focus]");
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
   * hidden, retries with growing pauses, and after every gap tells all listeners that something may have changed. */

  var links = {};

  function Link(url) {
    this.url = url;
    this.names = {};            // event name -> [listener]
    this.source = null;
    this.retry = FIRST_RETRY;
    this.timer = null;
    this.broken = false;
    this.users = 0;
  }

  Link.prototype.open = function () {
    var link = this;
    clearTimeout(link.timer);
    if (link.source || document.hidden || !link.users) { return; }
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
  window.addEventListener("pagehide", function () { eachLink(function (link) { link.close(); }); });
  window.addEventListener("pageshow", function (event) { if (event.persisted) { eachLink(function (link) { link.open(); }); } });

  if (window.htmx) { window.htmx.createEventSource = connect; }

  document.addEventListener("DOMContentLoaded", function () {
    arrive(document);
    if (document.body.hasAttribute("data-autoprint")) { window.print(); }
  });
})();

"""What people do at the portal's pages, said once for every journey; each act ends when its effect is on the page."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from portal import clock
from portal.people.identity import check_character
from tests.browser.hall import Hall
from tests.support import demo_password

TICKET = ".ticket-number"
CASE_NUMBER = re.compile(r"[A-Z]{2}-\d{4}-\d{6}")
HALL_SIZE = (1920, 1080)
# The dialogue itself cannot be seen from a page; that it was asked for can.
COUNT_PRINTS = "window.printed = 0; window.print = function () { window.printed += 1; };"

# Resolves with the moment at which the board shows the number by a call it has not shown before.
WATCH_BOARD = """(number) => {
  const live = document.getElementById("live");
  const before = live.querySelector("[data-call]").dataset.call;
  window.announced = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(number + " never came")), 15000);
    new MutationObserver(() => {
      const shown = live.querySelector(".call-number");
      if (shown && shown.textContent === number && live.querySelector("[data-call]").dataset.call !== before) { resolve(Date.now()); }
    }).observe(live, { childList: true, subtree: true });
  });
}"""
# Keys that are faster than htmx send the form as a browser without htmx would; it works, and ends on another page.
HTMX_TOOK = "() => 'htmx-internal-data' in document.querySelector('#case-form form[data-guard]')"
# A robot types before htmx listens to the panel that has just come; no hand does.
PANEL_LISTENS = """() => Array.from(document.querySelectorAll('#registration-panel form[hx-post]'))
  .every((each) => 'htmx-internal-data' in each)"""

expect.set_options(timeout=15_000)


def tomorrow(home: Path) -> Iterator[Hall]:
    """For a fixture: a hall whose clock stands at nine on the morning after the demo's, so that its queue is empty."""
    running = Hall(home)
    running.start()
    running.travel(at(1, 9))
    yield running
    assert running.stop() == 0, running.said()
    assert "Traceback" not in running.said(), running.said()


def at(days: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the journeys' calendar: so many days after the demo was loaded."""
    return clock.at_hall(clock.today() + timedelta(days=days), hour, minute)


def id_number(first: str) -> str:
    """The eighteen characters that begin with the seventeen digits ``first``."""
    return first + check_character(first)


def says(text: str) -> re.Pattern[str]:
    """``text`` with its punctuation in either width: the wording is what is looked for, not the comma."""
    widths = [(each, chr(ord(each) + 0xFEE0)) for each in ",:;()"]
    either = {ord(one): f"[{narrow}{wide}]" for narrow, wide in widths for one in (narrow, wide)}
    return re.compile(re.sub(r"\\([,:;()])", r"\1", re.escape(text)).translate(either))


def starts(text: str) -> re.Pattern[str]:
    """A label that begins with ``text``; help and (必填) may follow."""
    return re.compile(f"^{says(text).pattern}")


def press(page: Page, *keys: str) -> None:
    """Press ``keys`` once the page's script listens."""
    page.wait_for_load_state("domcontentloaded")
    for key in keys:
        page.keyboard.press(key)


def sign_in(page: Page, login_name: str) -> None:
    """Sign in at whatever page asks for it now, or at the sign-in page; with the keyboard."""
    if "/login" not in page.url:
        page.goto("/login")
    page.get_by_label("登录名").fill(login_name)
    page.get_by_label("口令").fill(demo_password())
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/login" not in address)


def service(page: Page, name: str) -> Locator:
    """The radio button of the service called ``name``, whatever platform's name stands before it."""
    return page.get_by_role("radio", name=re.compile(rf"(^|\s){re.escape(name)}$"))


def take(page: Page, wanted: str, *fields: str) -> str:
    """Take a ticket at the desk without the mouse: the service's key, the fields in Tab order, Enter. The number."""
    page.goto("/queue/desk")
    key = service(page, wanted).get_attribute("data-pick")
    press(page, key)
    expect(service(page, wanted)).to_be_checked()
    if fields:
        press(page, "Tab")
    for text in fields:
        press(page, "Tab")
        page.keyboard.type(text)
    press(page, "Enter")
    number = page.locator("#slip").locator(TICKET)
    expect(number).to_have_text(re.compile(r"^[A-Z]\d{3}$"))
    return number.inner_text()


def open_slip(page: Page) -> str:
    """Print the slip just taken (F3); its code as printed. The page stays on the slip."""
    press(page, "F3")
    code = page.locator(".slip-code")
    expect(code).to_be_visible()
    page.wait_for_function("() => window.printed === 1")
    return code.inner_text()


def free(page: Page) -> None:
    """To the window console, with nobody at the window: whoever the demo left there is finished, a closed window opened."""
    page.goto("/queue/window")
    opening, idle, left_open = (
        page.get_by_role("button", name=re.compile(f"^{label}")) for label in ("开启", "叫下一位", "关闭昨日窗口")
    )
    if opening.count():
        opening.first.click()
    if page.get_by_role("button", name=re.compile("^恢复服务")).count():
        press(page, "F2")
        expect(idle).to_be_visible()
    if page.get_by_role("button", name="已到窗").count():
        start(page)
    if page.locator(TICKET).count():
        press(page, "F10")
        asked = page.get_by_role("alert").filter(has_text="尚未登记事项或续访")
        expect(idle.or_(left_open).or_(asked)).to_be_visible()
        if asked.count():
            _give_reason(page, "仅咨询", "已当面答复。")
    expect(idle.or_(left_open)).to_be_visible()
    if left_open.count():  # the day before nobody closed it
        mine = page.locator("h1").inner_text()
        press(page, "F2")
        page.get_by_role("button", name=f"开启 {mine}").click()
    expect(idle).to_be_visible()


def _give_reason(page: Page, reason: str, words: str) -> None:
    page.get_by_role("radio", name=reason).check()
    page.get_by_label("答复内容或原因").fill(words)
    press(page, "F10")


def finish(page: Page, reason: str = "", words: str = "") -> None:
    """结束 (F10); where nothing was recorded, with the reason the console then asks for."""
    press(page, "F10")
    if reason:
        _give_reason(page, reason, words)
    expect(page.locator(TICKET)).to_have_count(0)


def call(page: Page) -> str:
    """叫下一位 (F2); the number called."""
    press(page, "F2")
    expect(page.locator(TICKET)).to_be_visible()
    return page.locator(TICKET).inner_text()


def miss(page: Page) -> None:
    """过号 (F7); after too few calls the console asks once more, and F7 says yes."""
    press(page, "F7")
    sure = page.get_by_role("button", name="确认过号")
    expect(sure.or_(page.get_by_role("button", name=re.compile("^叫下一位")))).to_be_visible()
    if sure.count():
        press(page, "F7")
    expect(page.locator(TICKET)).to_have_count(0)


def start(page: Page) -> None:
    """The visitor is there (F2)."""
    press(page, "F2")
    expect(page.locator("#ticket")).to_contain_text("办理中")
    page.wait_for_function(PANEL_LISTENS)


def open_form(page: Page, label: str, where: str = "#case-panel") -> Locator:
    """Open the form called ``label`` in the case's panel."""
    named = re.compile(f"^{says(label).pattern}…")
    link = page.locator(where).get_by_role("link", name=named, include_hidden=True).first
    expect(link).to_be_attached()
    if not link.is_visible():  # steps that are seldom wanted are folded away
        link.locator("xpath=ancestor::details[1]/summary").click()
    link.click()
    form = page.locator("#case-form form[data-guard]")
    expect(form).to_be_visible()
    page.wait_for_function(HTMX_TOOK)
    return form


def do(page: Page, label: str, said: str, *steps: Callable[[Locator], None], where: str = "#case-panel") -> None:
    """Play ``steps`` in the form called ``label`` and save it with Ctrl+Enter; the panel then says ``said``."""
    form = open_form(page, label, where)
    for step in steps:
        step(form)
    press(page, "Control+Enter")
    expect(page.locator("#case-panel")).to_contain_text(says(said))


def typed(label: str, text: str) -> Callable[[Locator], None]:
    """A step of do(): fill the field of that label."""
    return lambda form: form.get_by_label(starts(label)).fill(text)


def picked(option: str) -> Callable[[Locator], None]:
    """A step of do(): choose that radio button or tick that box."""
    return lambda form: form.get_by_label(starts(option)).check()


def handed(name: str, content: bytes, media_type: str) -> Callable[[Locator], None]:
    """A step of do(): choose a file."""
    given = {"name": name, "mimeType": media_type, "buffer": content}
    return lambda form: form.get_by_label("文件").set_input_files(given)


def pair(screens: Sequence[tuple[Page, str, str]], administrator: Page) -> None:
    """Pair each (page, kind, window or area) by its code at /admin/screens and wait until it shows its board by itself."""
    for page, kind, window in screens:
        page.goto("/screens")
        code = page.locator(".pairing-code")
        expect(code).to_have_text(re.compile(r"^[A-Z0-9]{6}$"))
        administrator.goto("/admin/screens")
        asked = administrator.locator("article", has_text=code.inner_text())
        asked.get_by_label("用途").select_option(label=kind)
        if kind == "区域屏":
            asked.get_by_label("等候区").select_option(label=window)
        elif window:
            chosen = asked.get_by_label("窗口").locator("option", has_text=re.compile(rf"^{window} "))
            asked.get_by_label("窗口").select_option(value=chosen.get_attribute("value"))
        asked.get_by_role("button", name="批准").click()
        expect(administrator.locator("#notice")).to_contain_text("已批准")
    for page, _, _ in screens:
        expect(page.locator(".pairing-code")).to_have_count(0)
        expect(page.locator("[data-at]")).to_be_visible()


def ask(page: Page, code: str, tail: str = "") -> None:
    """Ask for a slip's code at /enquiry, with the last four of the visitor's identity number or telephone where one was given."""
    page.goto("/enquiry")
    page.get_by_role("textbox", name="查询码").fill(code)
    page.get_by_role("textbox", name="后四位").fill(tail)
    page.get_by_role("button", name="查询", exact=True).click()


def mark(page: Page) -> None:
    """Remember this very page, to see whether it was loaded anew."""
    page.evaluate("window.unchanged = true")


def loaded_anew(page: Page) -> None:
    """Wait until it is no longer the page that was marked."""
    page.wait_for_function("() => window.unchanged === undefined")


def lag(board: Page, number: str, act: Callable[[], object], within: int) -> int:
    """Milliseconds from ``act`` until ``board`` announces ``number`` (anew); AssertionError beyond ``within``."""
    board.evaluate(WATCH_BOARD, number)
    begun = time.time() * 1000
    act()
    taken = round(board.evaluate("() => window.announced") - begun)
    assert taken <= within, f"{number} was on the board after {taken} ms"
    return taken


def kept(path: Path, folder: Path | None) -> None:
    """Copy a picture for the README, where a folder for that was named."""
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / path.name).write_bytes(path.read_bytes())

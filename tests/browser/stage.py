"""The people and screens of a visitor's day, and how they come to be there."""

import os
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.acts import at
from tests.browser.hall import ROOT, Hall

# A board is told, it does not wait for its next look. How soon it is told is measured (bench), not asserted on a busy machine.
TOLD = 5000
STILL = """() => document.getAnimations().forEach((each) => {
  if (Number.isFinite(each.effect.getComputedTiming().endTime)) each.finish();
  else { each.pause(); each.currentTime = 12000; }
})"""
LOOK = "document.dispatchEvent(new Event('visibilitychange'))"
PICTURES = ROOT / os.environ["KEEP_PICTURES"] if os.environ.get("KEEP_PICTURES") else None


class Stage:
    """The people and screens of the journey, and what they did so far."""

    def __init__(self, page_for: Callable[..., Page], centre: Hall, shot: Callable[[Page, str], Path]) -> None:
        self.hall, self.shot = centre, shot
        self.greeter = page_for("jingxiaoyan", at=centre)
        self.clerk = page_for("zhangdeliang", at=centre)
        self.mediator = page_for("tianruifang", at=centre)
        self.administrator = page_for("yaoyuhang", at=centre)
        self.wall = page_for(at=centre, size=acts.HALL_SIZE)
        self.sign = page_for(at=centre, size=acts.HALL_SIZE)
        self.tablet = page_for(at=centre)
        for page in (self.greeter, self.clerk, self.mediator):
            page.add_init_script(acts.COUNT_PRINTS)
        self.number = self.code = self.case = ""
        self.lags: list[int] = []

    def next_day(self, days: int, hour: int, minute: int) -> None:
        """Another day: the wall begins it with a fresh page, everybody went home, everybody signs in again."""
        acts.mark(self.wall)
        self.hall.travel(at(days, hour, minute))
        self.wall.evaluate(LOOK)
        acts.loaded_anew(self.wall)
        for page, login in (
            (self.greeter, "jingxiaoyan"),
            (self.clerk, "zhangdeliang"),
            (self.mediator, "tianruifang"),
        ):
            page.goto("/account")
            acts.sign_in(page, login)

    def keep(self, page: Page, name: str) -> None:
        """A picture that the README shows, without the flashing of a fresh call, the running line in full view."""
        page.evaluate(STILL)
        acts.kept(self.shot(page, name), PICTURES)

    # ---- 0: the screens ----

    def pair_the_screens(self) -> None:
        """Hall screen, window screen and the tablet in front of window 1, each by a code the administrator compares."""
        screens = ((self.wall, "大厅屏", ""), (self.sign, "窗口屏", "1号窗口"), (self.tablet, "评价屏", "1号窗口"))
        acts.pair(screens, self.administrator)
        expect(self.wall.locator(".call-idle")).to_have_text("今日尚未叫号")
        expect(self.sign.locator(".sign-place")).to_have_text("1号窗口")
        expect(self.tablet.locator(".call-idle")).to_have_text("欢迎您")
        self.shot(self.administrator, "day-admin-screens")
        self.shot(self.tablet, "day-facing-welcome")

    def call_seven_strangers(self) -> None:
        """The six before the last stay on the wall; who does not come is passed over."""
        strangers = [acts.take(self.greeter, "来访登记") for _ in range(7)]
        assert strangers == [f"A{place:03d}" for place in range(1, 8)]
        acts.free(self.mediator)
        acts.free(self.clerk)
        self.shot(self.clerk, "day-window-idle")
        for number in strangers:
            self.announced(number, lambda: acts.call(self.clerk))
            acts.miss(self.clerk)
        expect(self.wall.locator(".recent-number")).to_have_text(["A006", "A005", "A004", "A003", "A002", "A001"])

    def announced(self, number: str, act: Callable[[], object]) -> None:
        """``act`` makes the wall announce ``number``."""
        self.lags.append(acts.lag(self.wall, number, act, TOLD))

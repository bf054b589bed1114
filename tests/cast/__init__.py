"""The demo hall: named people, a morning's tickets, and cases in every state, made only through the real operations.

Used by `flask demo` and by tests. For a test that needs people and windows only: ``seed_minimal``.
"""

from datetime import datetime
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.models import Account
from portal.access.operations import WeakPassword
from portal.cases import registry
from portal.cases.operations.clocks import calendar
from portal.database import db
from portal.organisation.models import Centre
from portal.organisation.operations import arrange_centre
from tests.cast import (
    leadership_bookings,
    leadership_loop,
    leadership_roster,
    leadership_sponsorship,
    letters,
    reminders,
)
from tests.cast.history import Diary, History
from tests.cast.matters import MATTERS
from tests.cast.morning import Morning
from tests.cast.people import PASSWORD, PEOPLE, Named, actors, password, seed_minimal, window_ids
from tests.cast.petitions import PETITIONS
from tests.cast.plots import CITIZENS, Plot, citizen

__all__ = [
    "CITIZENS", "PASSWORD", "PEOPLE", "Named", "accounts", "actors", "citizen", "load", "password", "seed_minimal", "spare", "window_ids",
]  # fmt: skip

# What papers and screens of the hall say of it. The telephone is nobody's; its field takes digits only, so the others say 演示.
HALL = {
    "telephone": "0359-2000000",
    "address": "运城市盐湖区河东大道 1 号（演示地址）",
    "notice": "过号请到导引台。演示数据，姓名、电话、地址均为虚构",
}
# Every state of these occurs; one that no story stands at gets a plain one.
COMPLETE = ("petition", "mediation")


def load(app: Flask) -> list[str]:
    """Fill an empty, migrated database with the demo hall; the accounts, a line each. At once where it is there already.

    All of it is one transaction: interrupted, it leaves nothing, and the next run begins again.
    """
    with app.app_context():
        if db.session.scalar(select(Account.id).where(Account.login_name == PEOPLE[0].login)) is None:
            try:
                with database.write() as session:
                    _fill(session, clock.now(), app.config["PORTAL"].home)
            except WeakPassword as problem:
                raise click.ClickException(f"PORTAL_DEMO_PASSWORD 不合要求：{problem}") from problem
        db.session.rollback()
    return accounts()


def accounts() -> list[str]:
    """The accounts as lines for people: login name, name, roles, window."""
    return [
        f"{one.login:<14}{one.name}  {'、'.join(role.label for role in one.roles)}  {one.title}  {one.window}".rstrip()
        for one in PEOPLE
    ]


def _fill(session: Session, now: datetime, home: Path) -> None:
    staff = seed_minimal(session, now)
    centre = session.scalars(select(Centre)).one()
    arrange_centre(session, staff["yaoyuhang"], centre, HALL, at=now)
    days, _version = calendar(session)
    windows = window_ids(session, next(iter(staff.values())).centre_id)
    plots = (*PETITIONS, *MATTERS)
    history = History(Diary(days, clock.day_of(now)), staff, windows, home)
    cases = history.play(session, (*plots, *spare(plots)))
    Morning(session, staff, windows, cases, now).play()
    letters.write(session, staff, now)
    leadership_roster.write(session, staff, now)
    leadership_loop.write(session, staff, home, days, now)
    leadership_sponsorship.write(session, staff, now)
    leadership_bookings.write(session, staff, days, now)
    leadership_roster.draft(session, staff, days, now)
    reminders.write(session, staff, now)


def spare(plots: tuple[Plot, ...]) -> list[Plot]:
    """A plain story for each state of a complete platform at which no story stands."""
    shown = {(plot.platform, plot.reach) for plot in plots}
    missing = [
        (code, state)
        for code in COMPLETE
        for state in registry.platform(code).states
        # a linked procedure is come by on the way of the one that waits for it
        if (code, state) not in shown and not registry.platform(code).level_of(state)
    ]
    names = list(CITIZENS)
    return [
        Plot(
            state,
            150,
            names[place % len(names)],
            "了解办理进度",
            "来访了解办理进度。",
            ("告知进度",),
            code,
            purpose="inquiry",
        )
        for place, (code, state) in enumerate(missing)
    ]

"""A data folder with as many cases as asked for: the rows the portal's own operations would have written, in bulk.

Built by Core executemany on the migrated schema and kept under build/bench, so that the second run starts at once. The
trail is real: every chain's digests verify.
"""

import hashlib
import json
import secrets
import shutil
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from bench import leading, words
from portal import clock, create_app, database
from portal.access.models import Account, AccountPlatform, AccountRole
from portal.access.permissions import Role
from portal.cases import registry, search
from portal.cases.models import Case, CaseGrant, Clock, Contact, Demand, Party, Proceeding, Visit
from portal.config import Settings
from portal.database import Base
from portal.keys import ring
from portal.organisation import founding
from portal.organisation.models import Counter, Service, Window, WindowService
from portal.people.models import Person
from portal.people.queries import hash_of
from portal.platforms import PLATFORMS
from portal.queue import priorities
from portal.queue.models import Period, Screen, Ticket, WindowSession
from portal.statutes import deadlines
from portal.statutes import operations as statutes
from portal.statutes import queries as statute_queries
from portal.statutes.workdays import Calendar
from portal.trail.models import Event, EventPayload, TrailHead
from portal.trail.operations import GENESIS, digest_of

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "build" / "bench"
FORM = 4  # raise it when the rows made here change: folders of another form are built anew
PASSWORD = "Bench-hall-2026"
SCREEN_TOKEN = "the-token-of-every-wall-screen-of-the-bench"
CLERKS = 64
QUEUES = 8  # the windows of the bench take turns: window n serves queue n modulo 8
BATCH = 2000
CENTRE = 1
PER_CASE = 10  # event ids left free for each case, so that ids need no look-up
TICKETS_FROM = 5_000_000  # so that a ticket is never mistaken for a case where a floor is told which is which
SECRET = "a secret that is only good for measuring, 48 signs"
DATA_KEY = "QmVuY2gtZGF0YS1rZXktb25seS1nb29kLWZvci1iZW4="
SHARES = (
    ("petition", 45),
    ("mediation", 15),
    ("hotline", 12),
    ("labour", 8),
    ("legal_aid", 6),
    ("citizen_help", 5),
    ("governance", 4),
    ("court_link", 3),
    ("relief", 2),
)


def settings_for(home: Path) -> Settings:
    """The bench's settings: fixed keys, so that a kept folder stays readable."""
    return Settings(
        home=home,
        database_url=f"sqlite:///{home / 'portal.sqlite3'}",
        secret_key=SECRET,
        data_keys=(DATA_KEY,),
        clock_file=None,
    )


def environment_of(home: Path) -> dict[str, str]:
    """What another process needs to serve the data folder ``home``."""
    settings = settings_for(home)
    keys = {"PORTAL_SECRET": settings.secret_key, "PORTAL_DATA_KEYS": ",".join(settings.data_keys)}
    return {"PORTAL_HOME": str(home), "DATABASE_URL": settings.database_url, **keys}


def folder(cases: int, say: Callable[[str], None] = print) -> Path:
    """The kept data folder with ``cases`` cases; built where it is missing or its schema or form is another."""
    home = KEPT / f"{cases}-{_schema()}-{FORM}"
    if not (home / "complete").exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        build(home, cases, say)
        (home / "complete").touch()
    return home


def copy_of(home: Path, to: Path) -> Path:
    """A copy of a kept folder that may be written to."""
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    shutil.copyfile(home / "portal.sqlite3", to / "portal.sqlite3")
    return to


def build(home: Path, cases: int, say: Callable[[str], None]) -> None:
    """Migrate, found the hall, and write ``cases`` cases into ``home``."""
    app = create_app(settings_for(home))
    with app.app_context():
        flask_migrate.upgrade()
        with database.write() as session:
            _hall(session)
        maker = Maker(Random(20261123), _calendar())
        with _quick(app) as session:
            for first in range(1, cases + 1, BATCH):
                _write(session, maker.batch(first, min(first + BATCH, cases + 1), cases))
                say(f"  {min(first + BATCH - 1, cases):>7} of {cases} cases")
            session.execute(
                insert(Counter),
                [{"centre_id": CENTRE, "series": f"case:{y}", "last": n} for y, n in maker.serials.items()],
            )
            session.commit()
            office = session.scalar(select(Account.id).where(Account.login_name == "office"))
            running = select(Proceeding.case_id).where(
                Proceeding.platform == "petition", Proceeding.closed_at.is_(None)
            )
            leading.write(session, Random(20261126), CENTRE, list(session.scalars(running)), office)
            session.execute(text(f"INSERT INTO {search.NAME}({search.NAME}) VALUES ('optimize')"))
            session.execute(text("ANALYZE"))
            session.commit()
            session.connection().exec_driver_sql("COMMIT")
            session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.db.engine.dispose()


def stock(home: Path, tickets: int) -> None:
    """Put ``tickets`` waiting numbers of today into each of the bench's queues in ``home``, as the greeter's desk would have."""
    app = create_app(settings_for(home))
    with app.app_context():
        with _quick(app) as session:
            services = list(
                session.scalars(select(Service.id).where(Service.code.like("bench.%")).order_by(Service.id))
            )
            at = clock.now() - timedelta(hours=2)
            made: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)
            for serial in range(tickets * len(services)):
                service = services[serial % len(services)]
                _ticket(made, serial + 1, service, at + timedelta(milliseconds=serial * 100))
            for model, rows in made.items():
                session.execute(insert(model), rows)
            session.commit()
        database.db.engine.dispose()


class _quick:
    """A session for bulk work on a folder nobody else uses: no fsync until the end."""

    def __init__(self, app: Flask) -> None:
        self._session = Session(database.db.engine)

    def __enter__(self) -> Session:
        connection = self._session.connection()
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA synchronous=OFF")
        connection.exec_driver_sql("BEGIN")
        return self._session

    def __exit__(self, *problem: object) -> None:
        self._session.close()


def _schema() -> str:
    versions = sorted((ROOT / "migrations" / "versions").glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in versions)).hexdigest()[:10]


def _calendar() -> Calendar:
    with database.write() as session:
        return statute_queries.calendar(session)


def _hall(session: Session) -> None:
    """The centre, a window for each clerk, the clerks at them, a greeter, an overseer, three administrators, a screen."""
    at = clock.now()
    founding.found(session, at, PLATFORMS)
    statutes.load_published(session, at)
    _staff(session)
    _windows(session, at)
    hall = {"centre_id": CENTRE, "kind": "hall", "pairing_code": "BENCH1", "asked_at": at}
    approved = {"approved_at": at, "approved_by": CLERKS + 3}
    session.add(Screen(**hall, **approved, name="大厅屏", token_hash=ring.digest("screen", SCREEN_TOKEN)))


def _staff(session: Session) -> None:
    hashed = generate_password_hash(PASSWORD)
    staff = [(f"clerk{n:02d}", f"窗口{n:02d}", Role.CLERK, ("petition",)) for n in range(1, CLERKS + 1)]
    staff += [("desk", "导引一", Role.GREETER, ()), ("head", "值班长", Role.DUTY_HEAD, ())]
    staff += [("hall", "系统管理员", Role.SYSTEM_ADMIN, ()), ("people", "安全管理员", Role.SECURITY_ADMIN, ())]
    staff += [
        ("audit", "审计管理员", Role.AUDIT_ADMIN, ()),
        ("office", "办公室秘书", Role.LEADER_OFFICE, ("petition",)),
    ]
    for identity, (login, name, role, platforms) in enumerate(staff, start=1):
        account = Account(
            id=identity,
            centre_id=CENTRE,
            login_name=login,
            name=name,
            password_hash=hashed,
            session_key=secrets.token_hex(8),
            role_rows=[AccountRole(role=role.value)],
            platform_rows=[AccountPlatform(platform=code) for code in platforms],
        )
        session.add(account)
    session.flush()


def _windows(session: Session, at: datetime) -> None:
    offered = []
    for number in range(1, QUEUES + 1):
        stated = {"code": f"bench.{number}", "name": f"来访登记({number})", "prefix": "A", "area": "一楼东区"}
        service = Service(centre_id=CENTRE, position=100 + number, platform="petition", **stated)
        session.add(service)
        session.flush()
        offered.append(service.id)
    for number in range(1, CLERKS + 1):
        stated = {"name": f"{100 + number}号窗口", "sign": "信访接待", "platform": "petition", "position": 100 + number}
        window = Window(centre_id=CENTRE, **stated)
        session.add(window)
        session.flush()
        session.add(WindowService(window_id=window.id, service_id=offered[(number - 1) % QUEUES]))
        session.add(WindowSession(centre_id=CENTRE, window_id=window.id, account_id=number, opened_at=at))


@dataclass
class Batch:
    """Rows by model, and the search texts by case."""

    rows: dict[type[Base], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    texts: list[tuple[int, list[str]]] = field(default_factory=list)


def _write(session: Session, batch: Batch) -> None:
    # in the order in which foreign keys point
    for model in (
        Person,
        Case,
        CaseGrant,
        Proceeding,
        Party,
        Demand,
        Visit,
        Contact,
        Clock,
        TrailHead,
        Event,
        EventPayload,
    ):
        if batch.rows[model]:
            session.execute(insert(model), batch.rows[model])
    for case_id, texts in batch.texts:
        search.index(session, case_id, texts)
    session.commit()


class Maker:
    """Makes the rows of one case after another, the same for the same seed but for what must be secret."""

    def __init__(self, rng: Random, calendar: Calendar) -> None:
        self.rng = rng
        self.calendar = calendar
        self.serials: dict[int, int] = defaultdict(int)
        self.last = clock.now() - timedelta(days=1)
        self._due = cache(self._count)

    def batch(self, first: int, end: int, of: int) -> Batch:
        """Cases ``first`` to ``end`` - 1 of ``of``, received over three years in the order of their ids."""
        made = Batch()
        for case_id in range(first, end):
            at = self.last - timedelta(minutes=int((of - case_id) / of * 3 * 365 * 24 * 60))
            self._case(made, case_id, at)
        return made

    def _case(self, made: Batch, case_id: int, at: datetime) -> None:
        rng, rows = self.rng, made.rows
        subject, facts, demand, category, about = words.matter(rng)
        platform = registry.platform(rng.choices([code for code, _ in SHARES], [share for _, share in SHARES])[0])
        clerk = rng.randint(1, CLERKS)
        year = clock.local(at).year
        self.serials[year] += 1
        number = f"YC-{year}-{self.serials[year]:06d}"
        closed = at + timedelta(days=12) if rng.random() < 0.3 and (self.last - at).days > 20 else None
        person_id, name = self._person(made, case_id, at)
        due = self._clocks(made, case_id, platform, at, closed)
        code = secrets.token_hex(5)
        rows[Case].append(
            {
                "id": case_id, "centre_id": CENTRE, "number": number, "version": 3, "state": "closed" if closed else "open",
                "channel": "visit", "purpose": "claim", "subject": subject, "facts": facts, "category": category,
                "region_code": "140802", "respondent_name": about, "received_at": at, "registered_at": at,
                "registered_by": clerk, "first_window_id": 18 + clerk, "first_account_id": clerk, "enquiry_code": code,
                "enquiry_hash": ring.digest("enquiry", code), "next_due": None if closed else due, "closed_at": closed,
                "source_key": f"bench:{case_id}",
            }
        )  # fmt: skip
        rows[Demand].append(
            {"case_id": case_id, "position": 1, "text": demand, "results": [], "met": "met" if closed else None}
        )
        rows[Party].append({"case_id": case_id, "person_id": person_id, "name": name, "role": "petitioner"})
        rows[Party].append({"case_id": case_id, "person_id": None, "name": about, "role": "respondent"})
        for scope, why in ((f"platform:{platform.code}", "开启程序"), (f"account:{clerk}", "首接首办")):
            rows[CaseGrant].append({"scope": scope, "case_id": case_id, "centre_id": CENTRE, "why": why, "since": at})
        rows[Visit].append(
            {
                "centre_id": CENTRE,
                "case_id": case_id,
                "person_id": person_id,
                "kind": "first",
                "at": at,
                "account_id": clerk,
            }
        )
        made.texts.append((case_id, [number, subject, facts, about, demand, name]))
        self._story(made, case_id, platform, clerk, at, closed, subject, demand)

    def _person(self, made: Batch, case_id: int, at: datetime) -> tuple[int, str]:
        """Every fourth comes about a further matter of a person known before."""
        known = made.rows[Person]
        if known and self.rng.random() < 0.25:
            person = self.rng.choice(known)
            return person["id"], person["name"]
        person = {
            "id": case_id,
            "centre_id": CENTRE,
            "kind": "citizen",
            "name": words.person_name(self.rng),
            "created_at": at,
        }
        for column, value in (
            ("id_number", words.id_number(self.rng, case_id)),
            ("phone", words.phone(self.rng)),
            ("address", words.address(self.rng)),
        ):
            person[column] = value
            person["id_hash" if column == "id_number" else f"{column}_hash"] = hash_of(column, value)
        known.append(person)
        return case_id, person["name"]

    def _clocks(self, made: Batch, case_id: int, platform: Any, at: datetime, closed: datetime | None) -> date | None:
        final = next(code for code, state in platform.states.items() if state.final)
        proceeding = {"id": case_id, "centre_id": CENTRE, "case_id": case_id, "platform": platform.code, "data": {}}
        proceeding |= {
            "state": final if closed else platform.initial,
            "opened_at": at,
            "moved_at": closed or at,
            "closed_at": closed,
        }
        made.rows[Proceeding].append(proceeding)
        days = []
        for key in platform.opening:
            counted = self._due(key, clock.day_of(at))
            if counted is None:
                continue
            natural, effective, provisional, verified, binds = counted
            made.rows[Clock].append(
                {
                    "centre_id": CENTRE, "case_id": case_id, "proceeding_id": case_id, "key": key,
                    "started_on": clock.day_of(at), "natural_due": natural, "effective_due": effective,
                    "provisional": provisional, "verified": verified, "rule_version": "-", "calendar_version": "-",
                    "stopped_at": closed, "stopped_by": platform.code if closed else "",
                }
            )  # fmt: skip
            days += [effective] if verified and binds == "office" else []
        return min(days, default=None)

    def _count(self, key: str, day: date) -> tuple[date, date, bool, bool, str] | None:
        rule = deadlines.rule(key)
        if rule.amount is None:
            return None
        due = deadlines.due(rule, day, self.calendar)
        plain = [
            value.date() if isinstance(value, datetime) else value for value in (due.natural_due, due.effective_due)
        ]
        return (*plain, due.provisional, rule.verified, rule.binds)

    def _story(
        self,
        made: Batch,
        case_id: int,
        platform: Any,
        clerk: int,
        at: datetime,
        closed: datetime | None,
        subject: str,
        demand: str,
    ) -> None:
        stated = {"platform": platform.code, "proceeding_id": case_id, "state": platform.initial}
        registered = {"channel": "visit", "platform": platform.code, "ticket_id": None, "window_id": 18 + clerk}
        told = [
            ("case.registered", at, registered, {"subject": subject, "demands": [demand]}),
            ("proceeding.opened", at, stated, None),
        ]
        if self.rng.random() < 0.4:
            later = at + timedelta(minutes=20)
            said = {
                "unit": "县信访局",
                "answered_by": "值班员",
                "said": "已联系责任单位,三日内答复。",
                "promise": "三日内答复",
            }
            said["promised_by"] = "值班员"
            contact = {
                "centre_id": CENTRE,
                "case_id": case_id,
                "unit_name": "县信访局",
                "answered_by": "值班员",
                "at": later,
            }
            contact |= {"account_id": clerk, "said": said["said"], "promise": said["promise"], "promised_by": "值班员"}
            contact |= {
                "promised_on": clock.day_of(at + timedelta(days=3)),
                "settled_at": at + timedelta(days=3),
                "settled_how": "kept",
            }
            made.rows[Contact].append(contact)
            told.append(("contact.made", later, {"promised_on": contact["promised_on"].isoformat()}, said))
        if self.rng.random() < 0.3:
            again = {"kind": "again", "ticket_id": None, "window_id": 18 + clerk, "headcount": 1}
            told.append(("visit.recorded", at + timedelta(days=5), again, {"words": "询问办理进展。"}))
        if closed:
            told.append(("case.closed", closed, {}, {"remark": "已办结并告知当事人。"}))
        _chain(made.rows, f"case:{case_id}", case_id * PER_CASE, clerk, told)


def _ticket(made: dict[type[Base], list[dict[str, Any]]], serial: int, service: int, at: datetime) -> None:
    ticket_id, day = TICKETS_FROM + serial, clock.today()
    code = secrets.token_hex(5).upper()
    made[Ticket].append(
        {
            "id": ticket_id, "centre_id": CENTRE, "day": day, "number": f"A{serial:05d}", "service_id": service, "state": "waiting",
            "priority": "ordinary", "rank": priorities.rank("ordinary", at), "headcount": 1, "taken_at": at, "taken_by": 65,
            "calls": 0, "hold_reason": "", "version": 1, "code": code, "code_hash": ring.digest("ticket-code", code),
        }
    )  # fmt: skip
    made[Period].append(
        {"centre_id": CENTRE, "ticket_id": ticket_id, "kind": "waiting", "service_id": service, "start": at}
    )
    data = {"number": f"A{serial:05d}", "service_id": service, "priority": "ordinary", "headcount": 1}
    # far above the events of the cases
    _chain(made, f"ticket:{ticket_id}", 10**8 + serial, 65, [("ticket.taken", at, data, None)])


def _chain(
    rows: dict[type[Base], list[dict[str, Any]]],
    chain: str,
    first_id: int,
    actor_id: int,
    told: list[tuple[str, datetime, dict[str, Any], dict[str, Any] | None]],
) -> None:
    """Events with digests as trail.operations.append makes them, and the head they end in."""
    previous = GENESIS
    for seq, (kind, at, data, said) in enumerate(told, start=1):
        payload = json.dumps(said, ensure_ascii=False, sort_keys=True) if said else None
        salt = secrets.token_hex(16)
        event = {
            "id": first_id + seq, "centre_id": CENTRE, "chain": chain, "seq": seq, "kind": kind, "actor_id": actor_id,
            "at": at.astimezone(UTC), "data": data, "previous": previous,
            "payload_digest": hashlib.sha256((salt + payload).encode()).hexdigest() if payload else None,
        }  # fmt: skip
        previous = event["digest"] = digest_of(SimpleNamespace(**event))
        rows[Event].append(event)
        if payload:
            rows[EventPayload].append({"event_id": event["id"], "salt": salt, "text": payload})
    rows[TrailHead].append(
        {"chain": chain, "centre_id": CENTRE, "seq": len(told), "head": previous, "moved_at": told[-1][1]}
    )

"""The weeks before today, played through the real operations at their own moments, in the order in which they happened."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.cases import operations, queries, registry
from portal.cases.definition import Step
from portal.cases.models import Case, Proceeding
from portal.cases.operations import grants
from portal.cases.vocabulary import SIGNED
from portal.organisation.models import Unit
from portal.statutes.workdays import Calendar
from tests.cast import course, people
from tests.cast.papers import one_page
from tests.cast.plots import Beside, Called, CameAgain, Closed, InDays, Plot, citizen, region_of

OPENS, MINUTES = 8 * 60 + 40, 420  # stories begin 08:40–15:40, so that a day's last step is done before 17:30
PACE = 2  # working days from one step to the next
SLOW = {"hear": 8, "perform": 6, "hold_session": 3, "give_opinion": 10, "award": 5}
REACH_BACK = timedelta(days=200)

Act = Callable[[Session, datetime], None]


class Diary:
    """Working days before today, and the moments on them."""

    def __init__(self, calendar: Calendar, today: date) -> None:
        self.today = today
        every = (today - timedelta(days=back) for back in range(REACH_BACK.days, 0, -1))
        self.days = [day for day in every if calendar.is_workday(day)]

    def index(self, ago: int, *, after: bool = False) -> int:
        """The position of the working day on or before ``ago`` days before today (``after``: on or after, if past)."""
        day = self.today - timedelta(days=ago)
        before = max((place for place, one in enumerate(self.days) if one <= day), default=0)
        return before if not after or self.days[before] == day else min(before + 1, len(self.days) - 1)

    def moment(self, place: int, salt: int, order: int = 0) -> datetime:
        """A minute of that working day; ``order`` tells what follows on the same day."""
        return clock.at_hall(self.days[place]) + timedelta(
            minutes=OPENS + (salt * 37 + place * 53) % MINUTES + order * 9
        )


@dataclass
class Story:
    """A plot as it unfolds: the case and its proceedings once they exist."""

    plot: Plot
    salt: int
    case_id: int = 0
    proceedings: dict[str, int] = field(default_factory=dict)


class History:
    """Turns plots into acts. ``staff`` are the actors and ``windows`` the window ids by login name; papers go to ``folder``."""

    def __init__(self, diary: Diary, staff: dict[str, Actor], windows: dict[str, int], folder: Path) -> None:
        self.diary, self.staff, self.windows, self.folder = diary, staff, windows, folder
        self.units: dict[str, int] = {}

    def play(self, session: Session, plots: tuple[Plot, ...]) -> dict[str, int]:
        """Play everything; the case id of each plot by its subject."""
        self.units = {name: number for name, number in session.execute(select(Unit.short_name, Unit.id))}
        stories = [Story(plot, salt) for salt, plot in enumerate(plots)]
        acts = [(at, story.salt, order, act) for story in stories for order, (at, act) in enumerate(self._acts(story))]
        for at, _salt, _order, act in sorted(acts, key=lambda one: one[:3]):
            act(session, at)
        return {story.plot.subject: story.case_id for story in stories}

    def _acts(self, story: Story) -> Iterator[tuple[datetime, Act]]:
        plot, diary = story.plot, self.diary
        platform = registry.platform(plot.platform)
        remote = plot.channel in ("online", "hotline")
        first = diary.index(plot.ago, after=remote)
        yield diary.moment(first, story.salt), lambda session, at: self._register(session, story, at)
        way = course.path(platform, plot.reach, plot.via)
        yield from self._papers(story, diary.moment(first, story.salt))
        last = first
        for place, at, step in self._spread(way, first, story.salt, order=2, most=self._room(plot)):
            yield at, self._advance(story, plot.platform, step, plot.values.get(step.code, {}))
            last = place
        for extra in plot.also:
            for at, act in self._extra(story, extra):
                yield at, act
                last = max(last, diary.days.index(clock.day_of(at)))
        if plot.closed:
            yield from self._closing(story, plot.closed, last)

    def _room(self, plot: Plot) -> int:
        """The last working day a step may fall on: two are kept for closing and rating."""
        return len(self.diary.days) - (3 if plot.closed else 1)

    def _spread(
        self, way: list[Step], first: int, salt: int, *, order: int, most: int
    ) -> Iterator[tuple[int, datetime, Step]]:
        """Each step with its working day: at the usual pace, or closer together where today comes before that."""
        waits, total = [], 0
        for step in way:
            total += SLOW.get(step.code, PACE)
            waits.append(total)
        room = max(most - first, 0)
        squeeze = min(1.0, room / total) if total else 1.0
        place, same = first, order
        for step, wait in zip(way, waits, strict=True):
            there = first + int(wait * squeeze)
            same = same + 1 if there == place else 0
            place = there
            yield place, self.diary.moment(place, salt, same), step

    def _register(self, session: Session, story: Story, at: datetime) -> None:
        plot = story.plot
        login = self._clerk(story)
        actor = self.staff[login]
        given = operations.Registration(
            channel=plot.channel,
            purpose=plot.purpose,
            subject=plot.subject,
            facts=plot.facts,
            demands=plot.demands,
            petitioner=citizen(plot.who) if plot.who else None,
            representatives=tuple(map(citizen, plot.representatives)),
            received_at=self._received(plot, at),
            platform=plot.platform,
            platform_data=dict(plot.data),
            headcount=plot.headcount,
            region_code=region_of(plot.who) if plot.who else None,
            category=plot.category,
            respondent_name=plot.respondent,
            respondent_unit_id=self.units.get(plot.accused),
            competent_unit_id=self.units.get(plot.competent),
            repeat=plot.repeat,
            earlier_reports=plot.earlier,
            address_confirmed=True,
            national_number=plot.national,
        )
        window_id = self.windows[login] if plot.channel == "visit" else None
        case = operations.register(session, actor, given, at=at, window_id=window_id)
        story.case_id = case.id
        self._note_proceeding(session, story, plot.platform)
        for name in plot.shown_to:
            member = self.staff.get(name)
            scope = grants.account_scope(member.id) if member else grants.unit_scope(self.units[name])
            operations.grant(session, case, scope, why="交办", at=at)

    def _received(self, plot: Plot, at: datetime) -> datetime:
        """Letters over the wire arrive on rest days too, and the period runs from their arrival, not from registration."""
        if plot.channel not in ("online", "hotline"):
            return at - timedelta(minutes=5)
        arrived = clock.at_hall(self.diary.today - timedelta(days=plot.ago), 7, 30)
        return min(arrived, at - timedelta(minutes=5))

    def _papers(self, story: Story, begun: datetime) -> Iterator[tuple[datetime, Act]]:
        """The statement as typed, printed, read back and signed, a minute each; and a paper that was handed in."""
        plot, actor, minute = story.plot, self.staff[self._clerk(story)], timedelta(minutes=1)
        taken: list[int] = []

        def take(session: Session, at: datetime) -> None:
            case = session.get_one(Case, story.case_id)
            taken.append(operations.take_statement(session, actor, case, text=plot.statement, at=at).id)

        def mark(fact: str) -> Act:
            how = SIGNED[0][0] if fact == "signed" else None
            return lambda session, at: operations.mark_statement(session, actor, taken[0], fact=fact, how=how, at=at)

        def attach(session: Session, at: datetime) -> None:
            case = session.get_one(Case, story.case_id)
            operations.attach(
                session, actor, case, name=plot.paper, content=one_page(), kind="evidence", folder=self.folder, at=at
            )

        if plot.statement:
            yield begun + minute, take
            for wait, fact in enumerate(("printed", "read_back", "signed"), start=2):
                yield begun + wait * minute, mark(fact)
        if plot.paper:
            yield begun + 5 * minute, attach

    def _clerk(self, story: Story) -> str:
        """Colleagues at the windows of one platform take turns."""
        turns = [named.login for named in people.PEOPLE if named.window and story.plot.platform in named.platforms]
        return turns[story.salt % len(turns)]

    def _note_proceeding(self, session: Session, story: Story, platform: str) -> None:
        wanted = select(Proceeding.id).where(Proceeding.case_id == story.case_id, Proceeding.platform == platform)
        wanted = wanted.where(Proceeding.level == "")
        story.proceedings[platform] = session.scalars(wanted).one()

    def _advance(self, story: Story, platform: str, step: Step, given: Mapping[str, Any]) -> Act:
        login = people.HANDLER_OF[platform] if step.permission != Permission.PETITION_DISPATCH else self._clerk(story)
        if story.plot.purpose == "accusation":
            login = self._clerk(story)  # 检举 is known to whom it was told, and to nobody else of the platform

        def act(session: Session, at: datetime) -> None:
            proceeding = session.get_one(Proceeding, story.proceedings[platform])
            if level := registry.platform(platform).level_of(step.source[0]):
                beside = select(Proceeding).where(Proceeding.case_id == proceeding.case_id, Proceeding.level == level)
                proceeding = session.scalars(beside).one()
            organ = story.plot.competent
            stated = {"unit": organ, "direct_unit": organ} if organ else {}
            data = course.fill(step, clock.day_of(at), {**stated, **self._dated(given)})
            operations.advance(
                session, self.staff[login], proceeding.id, version=proceeding.version, step=step.code, data=data, at=at
            )

        return act

    def _dated(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """``given`` with days counted from today as days."""
        today = self.diary.today
        return {
            name: today + timedelta(days=value.days) if isinstance(value, InDays) else value
            for name, value in given.items()
        }

    def _extra(self, story: Story, extra: Called | CameAgain | Beside) -> Iterator[tuple[datetime, Act]]:
        place = self.diary.index(extra.ago)
        at = self.diary.moment(place, story.salt, 3 if isinstance(extra, CameAgain) else 4)
        login = self._clerk(story)
        match extra:
            case CameAgain(words=words):
                yield at, lambda session, at: self._come_again(session, login, story, words, at)
            case Called():
                yield from self._call(story, extra, login, place, at)
            case Beside():
                yield from self._beside(story, extra, place, at)

    def _come_again(self, session: Session, login: str, story: Story, words: str, at: datetime) -> None:
        case = session.get_one(Case, story.case_id)
        operations.record_visit(session, self.staff[login], case, words=words, at=at, window_id=self.windows[login])

    def _call(self, story: Story, call: Called, login: str, place: int, at: datetime) -> Iterator[tuple[datetime, Act]]:
        made: list[int] = []
        promised_on = None if call.due is None else self.diary.today + timedelta(days=call.due)

        def record(session: Session, at: datetime) -> None:
            contact = operations.record_contact(
                session,
                self.staff[login],
                session.get_one(Case, story.case_id),
                unit_id=self.units.get(call.unit),
                unit_name=call.unit,
                answered_by=call.answered_by,
                said=call.said,
                promise=call.promise,
                promised_by=call.answered_by if call.promise else "",
                promised_on=promised_on,
                at=at,
            )
            made.append(contact.id)

        yield at, record
        if call.settled:
            how, remark = call.settled
            answered = self.diary.moment(place + 1, story.salt, 1)
            yield (
                answered,
                lambda session, at: operations.settle_contact(
                    session, self.staff[login], made[0], how=how, remark=remark, at=at
                ),
            )

    def _beside(self, story: Story, beside: Beside, place: int, at: datetime) -> Iterator[tuple[datetime, Act]]:
        platform = registry.platform(beside.platform)
        actor = self.staff[people.CLERK_OF[beside.platform]]

        def begin(session: Session, at: datetime) -> None:
            case = session.get_one(Case, story.case_id)
            operations.grant(session, case, grants.platform_scope(platform.code), why="接力", at=at)
            operations.open_proceeding(session, actor, case, platform.code, at=at, data=dict(beside.data))
            self._note_proceeding(session, story, platform.code)

        yield at, begin
        way = course.path(platform, beside.reach)
        for _place, when, step in self._spread(way, place, story.salt, order=5, most=self._room(story.plot)):
            yield when, self._advance(story, platform.code, step, beside.values.get(step.code, {}))

    def _closing(self, story: Story, closed: Closed, last: int) -> Iterator[tuple[datetime, Act]]:
        actor = self.staff[self._clerk(story)]
        newest = len(self.diary.days) - 1

        def give_results(session: Session, at: datetime) -> None:
            shown = queries.demands(session, session.get_one(Case, story.case_id))
            for demand, (results, met, outcome) in zip(shown, closed.demands, strict=True):
                operations.set_outcome(
                    session, actor, demand.id, results=list(results), met=met, outcome=outcome, at=at
                )

        def close(session: Session, at: datetime) -> None:
            operations.close_case(session, actor, session.get_one(Case, story.case_id), remark=closed.remark, at=at)

        place = min(last + 1, newest)
        yield self.diary.moment(place, story.salt, 6), give_results
        yield self.diary.moment(place, story.salt, 7), close
        if closed.rating:
            score, words = closed.rating
            rated = self.diary.moment(min(place + 1, newest), story.salt, 8)
            yield (
                rated,
                lambda session, at: operations.rate(
                    session, session.get_one(Case, story.case_id), score=score, words=words, source="slip", at=at
                ),
            )

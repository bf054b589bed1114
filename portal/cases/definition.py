"""What a platform is: a declaration of values. Standard library only; the engine reads it, the platforms write it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from portal.access.permissions import Permission

Guard = Callable[[Any, Any], str | None]
BACK = "back"  # what ``answers`` says where the procedure that waited goes on from where it stood


class DeclarationError(ValueError):
    """A declaration names something that does not exist; the program does not start."""


@dataclass(frozen=True)
class Field:
    """A value a step or a proceeding asks for. ``label`` is what the clerk reads.

    A ``required`` one may be left empty where the field ``unless`` of the same step is filled in its stead.
    """

    name: str
    label: str
    required: bool = False
    help: str = ""
    unless: str = ""


@dataclass(frozen=True)
class Text(Field):
    """One line, or several with ``long``; at most ``most`` characters."""

    long: bool = False
    most: int = 2000


@dataclass(frozen=True)
class Choice(Field):
    """One of ``options``: (code, Chinese label)."""

    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Number(Field):
    """A whole number between ``minimum`` and ``maximum``."""

    minimum: int = 0
    maximum: int = 1_000_000


@dataclass(frozen=True)
class Day(Field):
    """A calendar day; ``past`` and ``future`` say which side of today is allowed."""

    past: bool = True
    future: bool = True


@dataclass(frozen=True)
class Flag(Field):
    """Yes or no. ``must`` refuses the step unless it is ticked (consents: a person said so, the tick records it)."""

    must: bool = False


@dataclass(frozen=True)
class State:
    """A state of a procedure. ``level``: open, waiting (for somebody else), good or ended, for the badge.

    Nothing leaves a ``final`` state but a step that ``opens`` a linked procedure: what was ended runs again (a right of review
    outlives the end).
    """

    label: str
    level: str = "open"
    next_step: str = ""
    final: bool = False


@dataclass(frozen=True)
class Step:
    """An action: from ``source`` states to ``target`` ("" stays where it is); who may; which clocks stop and start; what it asks for.

    ``starts`` are keys of deadlines.csv, each optionally "key@field" where the start day is a day the step asks for;
    ``stops`` are keys. ``pauses`` are "key/ground@first..last": a period out of which the step takes the days from one field to
    the other, both included, for a ground of the statute (statutes.grounds). ``resumes`` are keys: of those the one that stopped
    last runs again, from the day it ran from, for what stopped it has come to nothing; the days between count. ``dues`` are
    "key@field" for clocks among ``starts`` whose number the law leaves to a person: the day asked for is the last day
    (交办的办结期限、协议的履行期限). ``letters`` are the kinds of letter that are due after it.
    ``uses`` are "key@field": a right, or the unit's chance to object, and the day on which it was used. Later than its last day is
    never refused: the proceeding keeps under ``late`` what was used late and what its last day was. ``other`` is a field that
    names another matter by its number.
    ``guard(proceeding, at)`` sees ``state``, ``data`` with what was just typed merged in, the case's ``purpose``, ``channel``,
    ``number`` and ``received_on`` (the day the hall had it), ``accused`` (of an accusation: every name by which the record knows
    the respondent), ``reachable`` (the petitioner's name and address both stand in the record), ``other`` (.same .running .overdue
    .linked; None where the portal does not keep that number) and ``linked`` (level → values of the newest procedure of that level
    about this one); it returns a Chinese reason to refuse, or None. ``clears`` names values that no longer hold after the step.
    ``hands`` is the field that names the organ which has the matter from this step on, the 有权处理单位.
    ``proposes`` 督办: the step asks for supervision_ground, supervised_unit and supervision_advice.
    ``opens`` is the level of a Linked procedure that the step opens; what the step starts runs there. ``answers``, on a step of a
    linked procedure, is the state in which the procedure that waited for it goes on, BACK for the one it was in before; its
    clocks named in ``stops`` stop too.
    ``article`` is shown beside the button.
    """

    code: str
    label: str
    source: tuple[str, ...]
    target: str
    permission: Permission
    fields: tuple[Field, ...] = ()
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    dues: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    guard: Guard | None = None
    article: str = ""
    pauses: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    other: str = ""
    opens: str = ""
    answers: str = ""
    clears: tuple[str, ...] = ()
    hands: str = ""
    proposes: bool = False

    def leads_to(self, state: str) -> str:
        """The state after this step, taken in ``state``."""
        return self.target or state


@dataclass(frozen=True)
class Way:
    """A procedure a matter can be led into. ``organ`` receives it; ``limits`` are keys of deadlines.csv; ``papers`` to bring."""

    code: str
    label: str
    organ: str
    limits: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """One question of a guide. Yes ends the guide here, no goes on to the next; ``advice`` is then said to the citizen.

    ``decision`` is the step by which the handling organ decides so. Where it asks for ``led_way`` ("question.way"), ``led_to`` or
    ``limits_told``, its form has them from the way that was advised; the person still confirms them.
    """

    code: str
    asks: str
    article: str
    advice: str
    ways: tuple[Way, ...]
    help: str = ""
    decision: str = ""


@dataclass(frozen=True)
class Linked:
    """A procedure of its own that another organ conducts about what was decided (复查、复核), beside the one that waits for it.

    ``initial`` is its first state; its states and steps stand among the platform's. ``after`` is the level it is ``of``, ""
    for the platform's own procedure. ``organ`` names the field of the opening step that says who conducts it.
    """

    level: str
    label: str
    initial: str
    organ: str
    after: str = ""


@dataclass(frozen=True)
class ServiceSpec:
    """A service the platform offers at the desk, before a centre arranges its own. ``prefix`` starts the ticket number."""

    code: str
    name: str
    prefix: str
    area: str


@dataclass(frozen=True)
class Platform:
    """One of the ten platforms, as values.

    ``fields`` are the platform's own facts, kept in the proceeding and validated on each write; ``opening`` names the
    clocks that start when the proceeding opens (from the day of receipt). ``sealed`` hides everything but the state from
    everybody outside the platform (心理疏导). ``neutral_sign`` is what screens say instead of the platform's name.
    ``seldom`` are codes of steps that are never the natural next one (refusals, withdrawals, exceptions): they are offered
    last and never by the leading key. ``petition``: the 信访工作条例 governs what is registered (第十九条 contents, 信访目的,
    信访信息系统). ``respondent`` is what the other party is called at registration, "" where there is none; ``purpose`` is
    the 信访目的 kept where none is asked. ``guide``: questions in their legal order that lead to advice (第三十一条); the advice
    stands in the field ``first_advice``. ``linked``: procedures that steps of this one open. ``reminds`` makes Chinese lines of
    a proceeding's values that want attention.
    """

    code: str
    label: str
    short: str
    states: dict[str, State]
    initial: str
    steps: tuple[Step, ...]
    handle: Permission
    fields: tuple[Field, ...] = ()
    services: tuple[ServiceSpec, ...] = ()
    opening: tuple[str, ...] = ()
    sealed: bool = False
    neutral_sign: str | None = None
    closes_case: bool = True
    departments: tuple[str, ...] = field(default=())
    seldom: tuple[str, ...] = ()
    petition: bool = False
    respondent: str = ""
    purpose: str = "claim"
    guide: tuple[Question, ...] = ()
    linked: tuple[Linked, ...] = ()
    reminds: Callable[[Mapping[str, Any]], tuple[str, ...]] | None = None

    @property
    def sign(self) -> str:
        """What stands on screens and doors."""
        return self.neutral_sign or self.short

    def step(self, code: str) -> Step:
        """The step of that code. KeyError where the platform has none."""
        for step in self.steps:
            if step.code == code:
                return step
        raise KeyError(code)

    def procedure(self, level: str) -> Linked:
        """The linked procedure of that level. KeyError where there is none."""
        for each in self.linked:
            if each.level == level:
                return each
        raise KeyError(level)

    def level_of(self, state: str) -> str:
        """The level of the linked procedure that ``state`` belongs to, "" for a state of the platform's own procedure."""
        return self._levels.get(state, "")

    @cached_property
    def _levels(self) -> dict[str, str]:
        """The level of every state of the linked procedures; the one declared first where two share a state."""
        return {state: each.level for each in reversed(self.linked) for state in self._walked({each.initial})}

    def moves_from(self, state: str) -> tuple[tuple[Step, str], ...]:
        """Every (step, state after it) by which a procedure in ``state`` can move: its own, and answers of those it opened."""
        own = [(step, step.leads_to(state)) for step in self.steps if state in step.source]
        opened = {step.opens for step in self.steps if step.opens and step.target == state}
        answers = [step for step in self.steps if step.answers and self.level_of(step.source[0]) in opened]
        return (*own, *((step, after) for step in answers for after in self.answered(step)))

    def answered(self, step: Step) -> tuple[str, ...]:
        """The states in which the procedure that waited may go on after ``step`` answers, the ordinary one first."""
        if step.answers != BACK:
            return (step.answers,)
        level = self.level_of(step.source[0])
        return tuple(state for opening in self.steps if opening.opens == level for state in opening.source)

    def _walked(self, reached: set[str]) -> set[str]:
        front = list(reached)
        while front:
            state = front.pop()
            for after in {step.leads_to(state) for step in self.steps if state in step.source} - reached:
                reached.add(after)
                front.append(after)
        return reached

    def steps_from(self, state: str) -> tuple[Step, ...]:
        """Steps that leave ``state``: as declared, the seldom ones last in the order of ``seldom``."""
        leaving = (step for step in self.steps if state in step.source)
        return tuple(sorted(leaving, key=lambda step: self.seldom.index(step.code) + 1 if self.is_seldom(step) else 0))

    def is_seldom(self, step: Step) -> bool:
        """Whether ``step`` is never the natural next one."""
        return step.code in self.seldom


def check(platform: Platform, clocks: frozenset[str], letters: frozenset[str]) -> None:
    """Raise DeclarationError where ``platform`` names an unknown state or clock, a letter that is none or not its own,
    or has a dead end."""
    where = platform.code
    if platform.initial not in platform.states:
        raise DeclarationError(f"{where}: unknown initial state {platform.initial}")
    codes = [step.code for step in platform.steps]
    if len(codes) != len(set(codes)):
        raise DeclarationError(f"{where}: a step code stands twice")
    if unknown := set(platform.seldom) - set(codes):
        raise DeclarationError(f"{where}: seldom names no step: {sorted(unknown)}")
    for step in platform.steps:
        _check_step(platform, step, clocks, letters)
    for clock in platform.opening:
        if clock not in clocks:
            raise DeclarationError(f"{where}: unknown clock {clock}")
    _check_guide(platform, clocks)
    _check_linked(platform)
    _check_reachable(platform)


def _check_step(platform: Platform, step: Step, clocks: frozenset[str], letters: frozenset[str]) -> None:
    where = f"{platform.code}.{step.code}"
    for state in (*step.source, *((step.target,) if step.target else ())):
        if state not in platform.states:
            raise DeclarationError(f"{where}: unknown state {state}")
    if not isinstance(step.permission, Permission):
        raise DeclarationError(f"{where}: no permission")
    _check_fields(where, step)
    for clock in (*step.starts, *step.stops, *step.resumes, *step.dues, *step.uses, *_paused(step)):
        _check_clock(where, step, clock, clocks)
    started = {clock.partition("@")[0] for clock in step.starts}
    for clock in step.dues:
        if clock.partition("@")[0] not in started or "@" not in clock:
            raise DeclarationError(f"{where}: {clock} gives a last day to a clock the step does not start")
    if unknown := set(step.letters) - letters:
        raise DeclarationError(f"{where}: unknown letters {sorted(unknown)}")


def _check_fields(where: str, step: Step) -> None:
    names = {asked.name for asked in step.fields}
    if lost := {asked.unless for asked in step.fields if asked.unless} - names:
        raise DeclarationError(
            f"{where}: a field is asked for unless another is filled that is not there: {sorted(lost)}"
        )
    if step.other and step.other not in names:
        raise DeclarationError(f"{where}: names another matter by a field it does not ask for")
    if step.hands and not any(asked.name == step.hands and isinstance(asked, Text) for asked in step.fields):
        raise DeclarationError(f"{where}: hands the matter to an organ it does not ask for")


def _paused(step: Step) -> list[str]:
    """What ``pauses`` names, as "key@field"."""
    named = (paused.partition("@") for paused in step.pauses)
    return [f"{about.partition('/')[0]}@{day}" for about, _, days in named for day in days.split("..")]


def _check_clock(where: str, step: Step, clock: str, clocks: frozenset[str]) -> None:
    key, _, day = clock.partition("@")
    if key not in clocks:
        raise DeclarationError(f"{where}: unknown clock {key}")
    if day and not any(asked.name == day and isinstance(asked, Day) for asked in step.fields):
        raise DeclarationError(f"{where}: {clock} names a day the step does not ask for")


def _check_guide(platform: Platform, clocks: frozenset[str]) -> None:
    where = f"{platform.code}.guide"
    for question in platform.guide:
        if question.decision not in {step.code for step in platform.steps}:
            raise DeclarationError(f"{where}: unknown step {question.decision}")
        for way in question.ways:
            if lost := set(way.limits) - clocks:
                raise DeclarationError(f"{where}: unknown clocks {sorted(lost)}")


def _check_linked(platform: Platform) -> None:
    where = f"{platform.code}.linked"
    if platform.linked and platform.sealed:
        raise DeclarationError(f"{where}: a sealed platform opens no procedure of another organ")
    levels = {each.level for each in platform.linked}
    for each in platform.linked:
        if each.initial not in platform.states or each.after not in {"", *levels}:
            raise DeclarationError(f"{where}: {each.level} begins nowhere")
        opening = [step for step in platform.steps if step.opens == each.level]
        if not opening or any(each.organ not in {asked.name for asked in step.fields} for step in opening):
            raise DeclarationError(f"{where}: nothing opens {each.level} and names its organ")
    for step in platform.steps:
        if step.opens and (step.opens not in levels or not step.target):
            raise DeclarationError(f"{where}: {step.code} opens nothing, or does not wait for it")
        if step.answers and (
            not platform.level_of(step.source[0]) or set(platform.answered(step)) - set(platform.states)
        ):
            raise DeclarationError(f"{where}: {step.code} answers nobody")


def _check_reachable(platform: Platform) -> None:
    reached = {platform.initial, *(each.initial for each in platform.linked)}
    front = list(reached)
    while front:
        state = front.pop()
        for _, target in platform.moves_from(state):
            if target not in reached:
                reached.add(target)
                front.append(target)
    lost = set(platform.states) - reached
    if lost:
        raise DeclarationError(f"{platform.code}: states nobody can reach: {sorted(lost)}")
    for code, state in platform.states.items():
        ends = all(step.opens for step, _ in platform.moves_from(code))
        if ends != state.final:
            raise DeclarationError(f"{platform.code}: state {code} must {'be final' if ends else 'not be final'}")

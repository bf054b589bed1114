"""The tables of the queue's statistics, made from what the queries counted. Pure but for figures(), which asks them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy.orm import Session

from portal.cases import registry
from portal.reports import queries
from portal.reports.queries import AtWindow, Scope, Taken, Told, Visits
from portal.reports.tables import Cell, Column, Table, discreet, minutes, share
from portal.web.formats import WEEKDAYS

SOURCES = (
    ("desk", "导引台"),
    ("kiosk", "自助取号"),
    ("window", "窗口直接接待"),
    ("paper", "纸号补录"),
    ("appointment", "预约签到"),
)
TOTAL = "合计"
BATCHES, PEOPLE = Column("批次"), Column("人次")
LASTING = (
    Column("等候 平均", "minutes", drawn=True),
    Column("等候 中位", "minutes"),
    Column("等候 九成在", "minutes"),
    Column("等候 最长", "minutes", alone=True),
    Column("到窗 平均", "minutes", drawn=True),
    Column("办理 平均", "minutes", drawn=True),
    Column("办理 最长", "minutes", alone=True),
)
CALLED = "按叫到的号计，一号到一项服务为一批次；等候、到窗、办理是各段时间之和，以分钟计。"


@dataclass(frozen=True)
class Figures:
    """What the page shows: headline figures and tables. ``sealed`` platforms are told apart and never in a total."""

    headlines: tuple[tuple[str, Cell, str], ...]
    tables: tuple[Table, ...]
    sealed: bool


def sealed_platforms() -> list[str]:
    """Codes of the platforms whose small numbers are withheld."""
    return [platform.code for platform in registry.platforms() if platform.sealed]


def figures(session: Session, centre_id: int, first: Any, last: Any, platform: str = "") -> Figures:
    """Everything of the days ``first`` to ``last``, at most eleven queries.

    ``platform`` "" means all but the sealed ones: in a total with the others theirs could be found by subtraction.
    """
    hidden = sealed_platforms()
    offered = [
        row
        for row in queries.services(session, centre_id)
        if (row.platform == platform if platform else row.platform not in hidden)
    ]
    scope = Scope(centre_id, first, last, tuple(row.id for row in offered))
    names = {row.id: row.name for row in offered}
    visits = queries.visits(session, scope)
    tables = (
        by_service(visits, names, {row.id: row.target_minutes for row in offered}),
        by_window(queries.at_windows(session, scope), dict(queries.windows(session, centre_id))),
        by_hour(visits),
        by_source(queries.sources(session, scope)),
        abandoned(queries.outcomes(session, scope), names),
        kept(queries.appointments(session, scope), names),
        estimates(queries.told(session, scope), names),
        *peaks(queries.taken(session, scope)),
    )
    sealed = platform in hidden
    if sealed:
        # people by the hour would tell of a few batches what their own map withholds
        tables = tuple(discreet(table) for table in tables if table.code != "peaks-people")
    return Figures(headlines(tables), tables, sealed)


def headlines(tables: Sequence[Table]) -> tuple[tuple[str, Cell, str], ...]:
    """(label, figure, unit) of the totals, as the tables tell them."""
    by_code = {table.code: table for table in tables}
    services, ended, told = by_code["services"], by_code["abandoned"], by_code["estimates"]
    found = (
        ("接待批次", services, "批次", "批"),
        ("接待人次", services, "人次", "人"),
        ("平均等候", services, "等候 平均", "分"),
        ("九成等候在", services, "等候 九成在", "分内"),
        ("平均办理", services, "办理 平均", "分"),
        ("未接待占", ended, "占比", "%"),
        ("预计平均差", told, "平均差", "分"),
    )
    return tuple((label, _total(table, column), unit) for label, table, column, unit in found)


def _total(table: Table, label: str) -> Cell:
    place = next(place for place, column in enumerate(table.columns) if column.label == label)
    return table.total[place] if table.total else None


def by_service(visits: list[Visits], names: dict[int, str], targets: dict[int, int | None]) -> Table:
    """Waiting, walking and serving by service, and how many were called within the centre's own target."""

    def row(label: str, some: list[Visits], target: Cell) -> tuple[Cell, ...]:
        aimed = [each for each in some if targets.get(each.service_id) is not None]
        met = sum(each.count for each in aimed if each.waited_minutes <= targets[each.service_id])
        return (*_lasted(label, some), target, share(met, sum(each.count for each in aimed)))

    grouped = _group(visits, lambda each: each.service_id)
    rows = [row(name, grouped[service], targets[service]) for service, name in names.items() if service in grouped]
    columns = (Column("服务", "text"), BATCHES, PEOPLE, *LASTING, Column("目标", "minutes"), Column("目标内", "share"))
    note = f"{CALLED}“目标”是中心设定的等候分钟，没有设定的不计。"
    return Table("services", "按服务", columns, tuple(rows), row(TOTAL, visits, None) if rows else None, "stack", note)


def by_hour(visits: list[Visits]) -> Table:
    """The same by the hour in which the waiting began."""
    grouped = _group(visits, lambda each: each.hour)
    rows = tuple(_lasted(_hour(hour), grouped[hour]) for hour in sorted(grouped))
    columns = (Column("开始等候", "text"), BATCHES, PEOPLE, *LASTING)
    return Table("hours", "按时段", columns, rows, _lasted(TOTAL, visits) if rows else None, "stack", CALLED)


def _lasted(label: str, some: list[Visits]) -> tuple[Cell, ...]:
    def total(name: str) -> int:
        return sum(getattr(each, name) for each in some)

    waits = Counter[int]()
    for each in some:
        waits[each.waited_minutes] += each.count
    return (
        label,
        total("count"),
        total("people"),
        _mean(total("waited"), total("count")),
        quantile(waits, 50),
        quantile(waits, 90),
        minutes(max((each.longest_wait for each in some), default=None)),
        _mean(total("walked"), total("walks")),
        _mean(total("served"), total("serves")),
        minutes(max((each.longest_serve for each in some if each.serves), default=None)),
    )


def quantile(waits: Counter[int], per_cent: int) -> int | None:
    """The whole minutes within which ``per_cent`` of them were called; ``waits`` counts them by minutes, rounded up."""
    needed, seen = sum(waits.values()) * per_cent / 100, 0
    for wait in sorted(waits):
        seen += waits[wait]
        if seen >= needed:
            return wait
    return None


def by_window(windows: list[AtWindow], names: dict[int, str]) -> Table:
    """By window: never by clerk."""

    def row(label: str, some: Iterable[AtWindow]) -> tuple[Cell, ...]:
        summed: Counter[str] = Counter()
        for each in some:
            summed.update({field.name: getattr(each, field.name) for field in fields(each)})
        each = [*some]
        return (
            label,
            summed["count"],
            summed["people"],
            _mean(summed["waited"], summed["waits"]),
            minutes(max((one.longest_wait for one in each if one.waits), default=None)),
            _mean(summed["walked"], summed["walks"]),
            _mean(summed["served"], summed["serves"]),
            minutes(max((one.longest_serve for one in each if one.serves), default=None)),
        )

    found = {each.window_id: each for each in windows}
    rows = [row(name, [found[window]]) for window, name in names.items() if window in found]
    columns = (
        Column("窗口", "text"),
        BATCHES,
        PEOPLE,
        Column("叫号前等候 平均", "minutes", drawn=True),
        Column("叫号前等候 最长", "minutes", alone=True),
        Column("到窗 平均", "minutes", drawn=True),
        Column("办理 平均", "minutes", drawn=True),
        Column("办理 最长", "minutes", alone=True),
    )
    note = "一号到过几个窗口，每个窗口各计一批次。只按窗口，不按人员统计。"
    return Table("windows", "按窗口", columns, tuple(rows), row(TOTAL, windows) if rows else None, "stack", note)


def by_source(rows: Sequence) -> Table:
    """Numbers by where they were taken; one that was taken for an appointment counts as that."""
    counts, people = Counter[str](), Counter[str]()
    for source, appointed, count, heads in rows:
        counts["appointment" if appointed else source] += count
        people["appointment" if appointed else source] += heads
    columns = (Column("来源", "text"), Column("批次", drawn=True), Column("人次", drawn=True))
    shown = tuple((label, counts[code], people[code]) for code, label in SOURCES)
    total = (TOTAL, sum(counts.values()), sum(people.values()))
    return Table("sources", "取号来源", columns, shown, total, "bar", "按取号计，包括没有叫到的号。")


def abandoned(rows: Sequence, names: dict[int, str]) -> Table:
    """Who left before being called, and who was called, did not come and was not restored."""
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for service, outcome, count, heads in rows:
        counts[service].update({"all": count, "heads": heads, outcome: count, f"{outcome} heads": heads})

    def row(label: str, some: Counter[str]) -> tuple[Cell, ...]:
        lost = some["gave_up"] + some["missed"]
        ended = (some["gave_up"], some["gave_up heads"], some["missed"], some["missed heads"])
        return (label, some["all"], some["heads"], *ended, share(lost, some["all"]))

    columns = (
        Column("服务", "text"),
        Column("取号批次"),
        Column("取号人次"),
        Column("叫号前离开 批次", drawn=True),
        Column("叫号前离开 人次"),
        Column("过号未回 批次", drawn=True),
        Column("过号未回 人次"),
        Column("占比", "share"),
    )
    shown = tuple(row(name, counts[service]) for service, name in names.items() if service in counts)
    total = row(TOTAL, sum(counts.values(), Counter())) if shown else None
    note = "号按最后所排的服务计。过号后恢复并接待的不计入。"
    return Table("abandoned", "未接待", columns, shown, total, "bar", note)


OUTCOMES = (("kept", "按时"), ("late", "晚到"), ("missed", "爽约"), ("cancelled", "取消"), ("booked", "未到时间"))


def kept(rows: Sequence, names: dict[int, str]) -> Table:
    """What became of appointments."""
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for service, outcome, count, heads in rows:
        counts[service].update({"all": count, "heads": heads, outcome: count})

    def row(label: str, some: Counter[str]) -> tuple[Cell, ...]:
        came = some["kept"] + some["late"]
        ended = (some[code] for code, _label in OUTCOMES)
        return (label, some["all"], some["heads"], *ended, share(came, came + some["missed"]))

    columns = (Column("服务", "text"), Column("预约批次"), Column("预约人次"),
               *(Column(label, drawn=code in ("kept", "late", "missed")) for code, label in OUTCOMES), Column("到访", "share"))  # fmt: skip
    shown = tuple(row(name, counts[service]) for service, name in names.items() if service in counts)
    total = row(TOTAL, sum(counts.values(), Counter())) if shown else None
    note = "在约定时间及中心允许的迟到分钟内签到为按时。到访 = 按时和晚到 ÷（按时、晚到和爽约）。"
    return Table("appointments", "预约", columns, shown, total, "bar", note)


def estimates(rows: list[Told], names: dict[int, str]) -> Table:
    """How far the waiting told when the number was taken was from what came (mean absolute error)."""

    def row(label: str, some: list[Told]) -> tuple[Cell, ...]:
        count = sum(each.count for each in some)
        people = sum(each.people for each in some)
        missed = _mean(sum(each.missed for each in some), count)
        return (label, count, people, missed, share(sum(each.within for each in some), count))

    found = {each.service_id: each for each in rows}
    columns = (
        Column("服务", "text"),
        Column("预计批次"),
        Column("预计人次"),
        Column("平均差", "minutes", drawn=True),
        Column("在所告范围内", "share"),
    )
    shown = tuple(row(name, [found[service]]) for service, name in names.items() if service in found)
    note = "取号时告知的等候与第一次等候相比，平均差是差的绝对值的平均；叫到的号才能相比。"
    return Table("estimates", "等候预计的准确度", columns, shown, row(TOTAL, rows) if shown else None, "bar", note)


def peaks(taken: list[Taken]) -> tuple[Table, Table]:
    """Numbers by weekday and hour of taking, as batches and as people."""
    hours = [*range(min(each.hour for each in taken), max(each.hour for each in taken) + 1)] if taken else []
    columns = (Column("取号时间", "text"), *(Column(f"{hour}时", drawn=True) for hour in hours), Column(TOTAL))

    def table(code: str, title: str, number: Callable[[Taken], int]) -> Table:
        cells: Counter[tuple[int, int]] = Counter()
        for each in taken:
            cells[each.day.weekday(), each.hour] += number(each)

        def row(label: str, days: Sequence[int]) -> tuple[Cell, ...]:
            shown = [sum(cells[day, hour] for day in days) for hour in hours]
            return (label, *shown, sum(shown))

        week = range(len(WEEKDAYS))
        rows = tuple(row(f"星期{WEEKDAYS[day]}", [day]) for day in week if any(cells[day, hour] for hour in hours))
        return Table(code, title, columns, rows, row(TOTAL, week) if rows else None, "heat", "按取号的时间计。")

    return (
        table("peaks", "高峰（批次）", lambda each: each.count),
        table("peaks-people", "高峰（人次）", lambda each: each.people),
    )


def _group(visits: list[Visits], key: Callable[[Visits], int]) -> dict[int, list[Visits]]:
    found: dict[int, list[Visits]] = {}
    for each in visits:
        found.setdefault(key(each), []).append(each)
    return found


def _mean(seconds: float, count: int) -> float | None:
    return minutes(seconds / count) if count else None


def _hour(hour: int) -> str:
    return f"{hour:02d}–{hour + 1:02d}时"

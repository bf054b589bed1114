"""A year's 放假安排 as it is typed or uploaded, made into days of the calendar, whole or not at all. Pure.

The festivals are those of the 全国年节及纪念日放假办法; which days rest and which weekend days are worked only the yearly
notice of 国务院办公厅 says, so nothing is filled in here that the notice does not state.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from portal.statutes.counting import days_between
from portal.statutes.sheets import Row
from portal.statutes.workdays import ONE_DAY, REST, SATURDAY, WORK, Calendar, Entry

FESTIVALS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
FIXED = ((1, 1, "元旦"), (5, 1, "劳动节"), (10, 1, "国庆节"))
WEEKDAYS = "一二三四五六日"
KINDS = {
    "放假": REST, "休息": REST, "休": REST, "rest": REST,
    "上班": WORK, "补班": WORK, "班": WORK, "调休上班": WORK, "work": WORK,
}  # fmt: skip
HEADINGS = {
    "first": ("日期", "开始日期", "起", "开始"),
    "last": ("结束日期", "止", "至", "结束"),
    "kind": ("类别", "类型", "安排"),
    "name": ("名称", "节日", "假日"),
}
REQUIRED = ("first", "kind", "name")
MOST_IN_A_ROW = 31
MOST_NAME = 40
DECEMBER = date.max.month
_DAY = r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_RANGE = re.compile(rf"{_DAY}(?:\s*(?:至|到|~|--?|—+|–)\s*(?:{_DAY}|(\d{{1,2}})\s*日?))?", re.ASCII)
_ASIDE = re.compile(r"\(.*?\)|[(].*?[)]")


class NoticeRefused(ValueError):
    """What was typed is no whole notice: ``problems`` are Chinese sentences, each naming its line or festival."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("；".join(problems))
        self.problems = problems


class _Sheet:
    """The days gathered so far, each with where it was said, and what is wrong."""

    def __init__(self, year: int, notice: str) -> None:
        self.year, self.notice = year, notice
        self.said: dict[date, tuple[str, Entry]] = {}
        self.problems: list[str] = []

    def add(self, place: str, days: Iterable[date], kind: str, name: str, *, shared: bool = False) -> None:
        for day in days:
            if problem := self._problem(day, kind):
                self.problems.append(f"{place}：{problem}")
                return
            earlier = self.said.get(day)
            if earlier and shared and kind == REST == earlier[1].kind:
                name_of_both = f"{earlier[1].name}、{name}"  # 国庆节、中秋节: one holiday for two festivals
                self.said[day] = (earlier[0], Entry(day, kind, name_of_both, self.notice))
            elif earlier:
                self.problems.append(f"{place}：{_told(day)}已在{earlier[0]}写过，一天只能写一次。")
                return
            else:
                self.said[day] = (place, Entry(day, kind, name, self.notice))

    def whole(self) -> tuple[Entry, ...]:
        """The days in order. Raises NoticeRefused."""
        rest = {day: entry.name for day, (_place, entry) in self.said.items() if entry.kind == REST}
        if not self.problems:
            for festival in FESTIVALS:
                if not any(festival.removesuffix("节") in name for name in rest.values()):
                    self.problems.append(f"没有“{festival}”的放假日，放假安排不完整。")
            for month, day, festival in FIXED:
                if date(self.year, month, day) not in rest:
                    self.problems.append(f"{self.year} 年 {month} 月 {day} 日（{festival}）不在放假日中，请核对。")
        if self.problems:
            raise NoticeRefused(self.problems)
        return tuple(entry for _day, (_place, entry) in sorted(self.said.items()))

    def _problem(self, day: date, kind: str) -> str | None:
        if day.year != self.year and not (day.year == self.year - 1 and day.month == DECEMBER):
            return f"{_told(day)}不在 {self.year} 年（上一年 12 月可以写，须写全年月日）。"
        if kind == WORK and day.weekday() < SATURDAY:
            return f"{_told(day)}本来就是工作日，不是调休上班。"
        return None


def from_festivals(year: int, notice: str, given: Iterable[tuple[str, str, str]]) -> tuple[Entry, ...]:
    """Days from (festival, days of rest, days worked) as typed: 2月15日至23日；2月14日、2月28日. Raises NoticeRefused.

    Two festivals may share their days of rest. A festival without any days at all is left out, and missed in the end.
    """
    sheet = _Sheet(year, notice)
    for name, rest, work in given:
        for text, kind, what in ((rest, REST, "放假"), (work, WORK, "上班")):
            place = f"{name}（{what}）"
            try:
                sheet.add(place, days_of(text, year), kind, name, shared=True)
            except ValueError as problem:
                sheet.problems.append(f"{place}：{problem}")
    return sheet.whole()


def from_rows(year: int, notice: str, rows: list[Row]) -> tuple[Entry, ...]:
    """Days from an uploaded table with the columns 日期, 结束日期 (may be missing), 类别, 名称. Raises NoticeRefused."""
    sheet = _Sheet(year, notice)
    columns = _heading(rows)
    for line, cells in rows[1:]:
        row = {key: cells[at] if at < len(cells) else "" for key, at in columns.items()}
        place = f"第 {line} 行"
        try:
            sheet.add(place, _days_of_row(row, year), _kind(row["kind"]), _name(row["name"]))
        except ValueError as problem:
            sheet.problems.append(f"{place}：{problem}")
    return sheet.whole()


def replaced(entries: Iterable[Entry], year: int) -> set[date]:
    """Which days of ``entries`` a new notice of ``year`` takes away: that year's, and what its old notice said of the year before.

    The last days of December may come from the notice of the year after; those stay.
    """
    held = list(entries)
    old = next((entry.notice for entry in held if entry.day == date(year, 1, 1)), "")
    gone = {
        entry.day
        for entry in held
        if entry.day.year == year and (entry.day.month != DECEMBER or entry.notice in ("", old))
    }
    return gone | {entry.day for entry in held if old and entry.day.year == year - 1 and entry.notice == old}


def after(calendar: Calendar, year: int, entries: Iterable[Entry]) -> Calendar:
    """The calendar as it would be with ``entries`` as the notice of ``year``."""
    kept = dict(calendar.entries)
    for day in replaced(kept.values(), year):
        del kept[day]
    return Calendar.of((kept | {entry.day: entry for entry in entries}).values())


def days_of(text: str, year: int) -> list[date]:
    """The days of a phrase like 2月15日至23日、2027-01-04, in its order. Raises ValueError with a Chinese sentence."""
    plain = _ASIDE.sub("", unicodedata.normalize("NFKC", text)).strip().rstrip("。.")
    found: list[date] = []
    for part in re.split(r"[、,;\n]|和", plain):
        if part.strip():
            found += _range(part.strip(), year)
    return found


def _range(part: str, year: int) -> list[date]:
    matched = _RANGE.fullmatch(part)
    if not matched:
        raise ValueError(f"“{part[:30]}”不是日期，请按 2月15日至23日 或 2027-02-15 的样子填写。")
    year_one, month, day, year_two, month_two, day_two, only_day = matched.groups()
    try:
        first = date(int(year_one or year), int(month), int(day))
        if only_day:
            last = first.replace(day=int(only_day))
        elif day_two:
            last = date(int(year_two or year), int(month_two), int(day_two))
        else:
            last = first
        if last < first and not year_one and first.month == DECEMBER:
            first = first.replace(year=first.year - 1)  # 12月31日至1月3日
    except ValueError:
        raise ValueError(f"“{part[:30]}”里有不存在的日期。") from None
    if last < first:
        raise ValueError(f"“{part[:30]}”的结束早于开始。")
    if last - first >= MOST_IN_A_ROW * ONE_DAY:
        raise ValueError(f"“{part[:30]}”超过 {MOST_IN_A_ROW} 天，请核对。")
    return list(days_between(first, last))


def _heading(rows: list[Row]) -> dict[str, int]:
    cells = rows[0][1] if rows else []
    found: dict[str, int] = {}
    for key, names in HEADINGS.items():
        at = next((place for place, cell in enumerate(cells) if cell in names), None)
        if at is not None:
            found[key] = at
    missing = [HEADINGS[key][0] for key in REQUIRED if key not in found]
    if missing:
        shown = "、".join(cell for cell in cells if cell)[:60] or "无"
        raise NoticeRefused([f"第 1 行：表头缺少“{'”“'.join(missing)}”；找到的列：{shown}。"])
    return found


def _days_of_row(row: dict[str, str], year: int) -> list[date]:
    if not row["first"]:
        raise ValueError("没有日期。")
    first, last = days_of(row["first"], year), days_of(row.get("last", ""), year)
    if not last:
        return first
    if len(first) != 1 or len(last) != 1 or last[0] < first[0]:
        raise ValueError("结束日期早于开始日期，或一格里写了几个日期。")
    return _range(f"{first[0].isoformat()}至{last[0].isoformat()}", year)


def _kind(text: str) -> str:
    if text not in KINDS:
        raise ValueError(f"类别“{text[:20]}”不认识，应为“放假”或“上班”。")
    return KINDS[text]


def _name(text: str) -> str:
    if not text:
        raise ValueError("没有节日名称。")
    if len(text) > MOST_NAME:
        raise ValueError(f"名称超过 {MOST_NAME} 字。")
    return text


def _told(day: date) -> str:
    return f"{day.isoformat()}（星期{WEEKDAYS[day.weekday()]}）"

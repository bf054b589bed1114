"""An arrangement of rest days for 2027 made up for tests: nobody has published that year yet."""

from datetime import date

from portal.statutes import notices
from portal.statutes.workdays import Entry

NOTICE = "试〔2026〕1号"
FESTIVALS = (
    ("元旦", "1月1日至3日", ""),
    ("春节", "2月5日（星期五）至12日", "1月30日、2月13日"),
    ("清明节", "4月3日至5日", ""),
    ("劳动节", "2027-05-01 至 2027-05-05", "5月8日"),
    ("端午节", "6月9日", ""),
    ("中秋节", "9月15日", ""),
    ("国庆节", "10月1日至7日", "9月26日,10月9日。"),
)


def entries() -> tuple[Entry, ...]:
    """Its days."""
    return notices.from_festivals(2027, NOTICE, FESTIVALS)


def table(*, broken: str = "") -> str:
    """It as .csv text; ``broken`` is a further row."""
    lines = ["日期,类别,名称"]
    lines += [f"{entry.day},{'放假' if entry.kind == 'rest' else '上班'},{entry.name}" for entry in entries()]
    return "\n".join([*lines, *([broken] if broken else [])]) + "\n"


def day(text: str) -> date:
    """A day from its ISO text."""
    return date.fromisoformat(text)

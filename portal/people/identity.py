"""Identity numbers, telephones, names and addresses: one spelling each, and what is wrong with a typed one.

Pure functions. Nothing is derived from an identity number but whether it can be one: neither age nor sex nor origin.
"""

import re
from datetime import date

from portal import clock

# GB 11643: weights of the first seventeen digits, and the check characters by remainder modulo 11
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"

# GB/T 2260 provinces; 81–83 stand on the residence permits for Hong Kong, Macao and Taiwan residents
PROVINCES = frozenset(re.findall("..", "1112131415212223313233343536374142434445465051525354616263646571818283"))

WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
DASHES = dict.fromkeys(map(ord, "－—–‐‑‒―−﹣﹘_"), "-")
BLANKS = dict.fromkeys([*map(ord, "\t\u00a0\u3000\u2002\u2003\u2009\u202f"), ord("\r"), ord("\n")], " ")
INVISIBLE = dict.fromkeys([*range(0x00, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, 0x200B, 0x200C, 0x200D, 0xFEFF])
LATIN = WIDE | BLANKS
NUMERIC = (
    LATIN | DASHES | {ord("．"): ".", ord("。"): ".", ord("·"): ".", ord("（"): "(", ord("）"): ")", ord("＋"): "+"}
)

_COUNTRY = r"(?:(?:\+|00)?86-?)?"
_MOBILE = re.compile(_COUNTRY + r"(1[3-9]\d{9})", re.ASCII)
_LANDLINE = re.compile(
    _COUNTRY + r"\(?(010|0?2\d|0?[3-9]\d{2})\)?-*([2-8]\d{2,3})-?(\d{4})(?:(?:-|转|#|ext)+(\d{1,6}))?",
    re.IGNORECASE | re.ASCII,
)


def normalise_id(text: str) -> str:
    """The number without spaces, hyphens and dots, full-width characters narrowed, ``x`` as ``X``. Unchecked."""
    return re.sub(r"[\s.\-]", "", text.translate(NUMERIC).translate(INVISIBLE)).upper()


def check_character(first: str) -> str:
    """The eighteenth character that belongs to the seventeen digits ``first`` (GB 11643)."""
    return CHECK_CHARACTERS[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first, strict=True)) % 11]


def check_id(text: str, today: date | None = None) -> str | None:
    """What is wrong with an identity number, in Chinese, or None. ``today`` (the hall's day) bounds the birth date."""
    number = normalise_id(text)
    if not number:
        return "请填写身份证号码"
    if not re.fullmatch(r"[0-9]+X?", number):
        return "身份证号码只能是数字，最后一位可以是 X"
    if re.fullmatch(r"[0-9]{15}", number):
        # 居民身份证法: first-generation cards ended on 2013-01-01
        return "15 位的旧身份证号码已停用，请填写 18 位号码"
    if len(number) != 18:
        return f"身份证号码应为 18 位，现在是 {len(number)} 位"
    if not region_exists(number):
        return "身份证号码前两位不是省级代码，请核对"
    born = birth_date(number)
    if born is None:
        return "身份证号码中的出生日期不存在，请核对第 7 至 14 位"
    if born > (today or clock.today()) or born.year < 1880:
        return "身份证号码中的出生日期不可能，请核对第 7 至 14 位"
    if check_character(number[:17]) != number[17]:
        return "身份证号码校验位不对，请逐位核对"
    return None


def region_exists(number: str) -> bool:
    """Whether the normalised number begins with a province, or with 9 + province (permanent-residence card, 2023)."""
    return number[:2] in PROVINCES or (number[:1] == "9" and number[1:3] in PROVINCES)


def birth_date(number: str) -> date | None:
    """The day that digits 7–14 spell, None where no such day exists. Only for checking; never stored or shown."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def normalise_phone(text: str) -> str:
    """One spelling: ``13812345678`` or ``0359-2222222`` (an extension stays: ``0359-2222222-801``). Else the bare text."""
    plain = re.sub(r"[\s./]", "", text.translate(NUMERIC).translate(INVISIBLE))
    bare = re.sub(r"[\-()]", "", plain)
    if mobile := _MOBILE.fullmatch(bare):
        return mobile[1]
    landline = _LANDLINE.fullmatch(plain)
    if landline is None or not (plain.startswith(("0", "(0", "+86", "86"))):
        return bare
    area, head, tail, extension = landline.groups()
    return f"0{area.removeprefix('0')}-{head}{tail}" + (f"-{extension}" if extension else "")


def check_phone(text: str) -> str | None:
    """What is wrong with a telephone number, in Chinese, or None. Mobiles, and landlines with their area code."""
    number = normalise_phone(text)
    if not number:
        return "请填写电话号码"
    if _MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number):
        return None
    if not re.fullmatch(r"[0-9]+", number):
        return "电话号码只能是数字、空格和连字符"
    if re.fullmatch(r"[2-8][0-9]{6,7}", number):
        return f"固定电话请加区号，例如 0359-{number}"
    if number.startswith("1"):
        return f"手机号码应为 11 位，现在是 {len(number)} 位" if len(number) != 11 else "手机号码的号段不存在，请核对"
    return "电话号码应为 11 位手机号码，或带区号的固定电话，例如 0359-2222222"


def normalise_name(text: str) -> str:
    """A name as it is kept and compared: no spaces between Chinese characters, one kind of middle dot."""
    plain = re.sub(r"[•・∙⋅‧●．]", "·", text.translate(LATIN).translate(INVISIBLE))
    plain = re.sub(r"\s+", " ", plain).strip()
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", plain)


def normalise_address(text: str) -> str:
    """An address as it is kept and compared: no blanks, narrow digits and letters, one kind of dash."""
    return re.sub(r"\s", "", text.translate(LATIN | DASHES).translate(INVISIBLE))

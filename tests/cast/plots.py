"""What a story of the demo hall consists of, and the citizens in it. Days are given in days before today, never as dates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.cases.operations import PersonGiven
from portal.people.identity import check_character

Values = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class InDays:
    """A day among ``values``, counted from today."""

    days: int


@dataclass(frozen=True)
class Called:
    """现场联系 ``ago`` days ago; ``due`` is the promised day, counted from today; ``settled`` answers it a day later."""

    ago: int
    unit: str
    answered_by: str
    said: str
    promise: str = ""
    due: int | None = None
    settled: tuple[str, str] | None = None


@dataclass(frozen=True)
class CameAgain:
    """续访 ``ago`` days ago."""

    ago: int
    words: str


@dataclass(frozen=True)
class Beside:
    """Another platform's proceeding on the same case, opened ``ago`` days ago and standing at ``reach`` today."""

    ago: int
    platform: str
    reach: str
    values: Values = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Closed:
    """How the case ended: per demand (results, met, outcome); what was written; what the citizen said, by slip code."""

    demands: tuple[tuple[tuple[str, ...], str, str], ...]
    remark: str
    rating: tuple[str, str] | None = None


@dataclass(frozen=True)
class Plot:
    """One case: what was told ``ago`` days ago, and the state its own platform's proceeding stands at today.

    ``who`` is a name of CITIZENS, "" where none was left. ``shown_to``: units by short name and staff by login name to whom it is opened besides.
    """

    reach: str
    ago: int
    who: str
    subject: str
    facts: str
    demands: tuple[str, ...]
    platform: str = "petition"
    channel: str = "visit"
    purpose: str = "claim"
    category: str = ""
    respondent: str = ""
    accused: str = ""
    competent: str = ""
    headcount: int = 1
    representatives: tuple[str, ...] = ()
    repeat: bool = False
    earlier: str = ""
    national: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    via: tuple[str, ...] = ()
    values: Values = field(default_factory=dict)
    statement: str = ""
    paper: str = ""
    shown_to: tuple[str, ...] = ()
    also: tuple[Called | CameAgain | Beside, ...] = ()
    closed: Closed | None = None


# Name → where the person lives: county code and address. Invented people; the places are real.
CITIZENS: dict[str, tuple[str, str]] = {
    "吕某": ("140829", "平陆县张店镇侯王村"),
    "赵来福": ("140802", "盐湖区北城街道"),
    "贺春梅": ("140802", "盐湖区东城街道"),
    "邢国柱": ("140821", "临猗县猗氏镇"),
    "解玉兰": ("140821", "临猗县北景乡"),
    "阎振江": ("140822", "万荣县荣河镇"),
    "畅小军": ("140822", "万荣县解店镇"),
    "柳桂香": ("140823", "闻喜县桐城镇"),
    "仪建设": ("140823", "闻喜县东镇镇"),
    "段喜才": ("140824", "稷山县翟店镇"),
    "宁改变": ("140824", "稷山县稷峰镇"),
    "席文华": ("140825", "新绛县龙兴镇"),
    "支秀英": ("140825", "新绛县泽掌镇"),
    "行满仓": ("140826", "绛县横水镇"),
    "陶爱琴": ("140826", "绛县古绛镇"),
    "石拴柱": ("140827", "垣曲县历山镇"),
    "鲁晓芳": ("140827", "垣曲县新城镇"),
    "樊进财": ("140828", "夏县水头镇"),
    "令狐云": ("140828", "夏县瑶峰镇"),
    "茹秋生": ("140829", "平陆县圣人涧镇"),
    "关玉珍": ("140829", "平陆县洪池镇"),
    "雷双喜": ("140830", "芮城县风陵渡镇"),
    "屈艳霞": ("140830", "芮城县古魏镇"),
    "尚文龙": ("140881", "永济市城北街道"),
    "展红旗": ("140881", "永济市虞乡镇"),
    "杭美玲": ("140882", "河津市清涧街道"),
    "原保国": ("140882", "河津市僧楼镇"),
    "秦占奎": ("140802", "盐湖区解州镇"),
    "韩素琴": ("140802", "盐湖区南城街道"),
    "南天佑": ("140802", "盐湖区西城街道"),
    "苗冬英": ("140802", "盐湖区安邑街道"),
    "戈志军": ("140802", "盐湖区姚孟街道"),
    "谷丽萍": ("140821", "临猗县嵋阳镇"),
    "巨海潮": ("140823", "闻喜县畖底镇"),
    "薄云生": ("140824", "稷山县化峪镇"),
    "昝金花": ("140825", "新绛县古交镇"),
    "冀永胜": ("140827", "垣曲县古城镇"),
    "耿秋菊": ("140828", "夏县裴介镇"),
    "车玉明": ("140881", "永济市蒲州镇"),
    "卜爱莲": ("140882", "河津市樊村镇"),
}
BORN = "19000101"  # nobody alive: a number with this day of birth is evidently of no real person


def citizen(name: str) -> PersonGiven:
    """The person as typed at the desk: a number with a right check digit, a telephone nobody has, an address."""
    county, address = CITIZENS[name]
    serial = list(CITIZENS).index(name) + 1
    first = f"{county}{BORN}{serial:03d}"
    return PersonGiven(name, first + check_character(first), f"1390000{serial:04d}", f"运城市{address}")


def region_of(name: str) -> str:
    """The county where the person lives."""
    return CITIZENS[name][0]

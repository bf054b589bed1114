"""How personal data looks on a screen before anybody gave a reason to see it. Pure functions.

Choices: a name shows its surname; an identity number its first four characters (province and city) and its last two; a mobile
the usual first three and last four; a landline its area code and last two; an address ends at the township.
"""

import re

from portal.people import identity

COMPOUND_SURNAMES = frozenset(
    re.findall(
        "..",
        "欧阳司马上官诸葛东方皇甫尉迟公孙令狐慕容司徒司空夏侯端木南宫长孙宇文轩辕百里呼延东郭西门"
        "独孤澹台公冶宗政濮阳淳于单于太叔申屠仲孙钟离鲜于闾丘司寇亓官子车颛孙巫马公西漆雕乐正壤驷"
        "公良拓跋夹谷宰父谷梁段干梁丘左丘东门南门第五",
    )
)
_ORGANISATION = re.compile(
    r"(公司|委员会|居委会|村委会|合作社|协会|学会|商会|学校|中学|小学|大学|学院|幼儿园|医院|卫生院|厂|局|院|所|站|中心|银行|集团|政府|办事处|经营部|事务所)$"
)
_ADDRESS = re.compile(
    r"(?P<province>[^省市县区]{2,8}?(?:省|自治区))?"
    r"(?P<city>[^省市县区]{1,10}?(?:市|地区|盟|自治州))?"
    r"(?P<county>[^省市县区镇乡路街道]{1,10}?(?:县|(?<![小社园校厂家营街])区|市|自治旗|[左右前后中]旗))?"
    r"(?P<township>[^省市县区镇乡路号]{1,10}?(?:街道办事处|街道|镇|乡|办事处))?"
)
HIDDEN = "***"


def mask_name(name: str, kind: str = "citizen") -> str:
    """吕某某 → 吕*, 欧阳某某 → 欧阳*. Organisations (by ``kind`` or by the end of their name) are not hidden."""
    if kind == "organisation" or (len(name) > 4 and _ORGANISATION.search(name)):
        return name
    if len(name) < 2:
        return "*" if name else ""
    return (name[:2] if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else name[0]) + "*"


def mask_id(number: str | None) -> str:
    """1408************2X: four characters, stars, two. Shorter than ten characters: stars only."""
    plain = identity.normalise_id(number or "")
    return "*" * len(plain) if len(plain) < 10 else plain[:4] + "*" * (len(plain) - 6) + plain[-2:]


def mask_phone(number: str | None) -> str:
    """138****5678; 0359-*****22. Anything that is neither keeps its last two characters."""
    plain = identity.normalise_phone(number or "")
    if re.fullmatch(r"1\d{10}", plain):
        return f"{plain[:3]}****{plain[7:]}"
    area, dash, local = plain.partition("-")
    if dash:
        return f"{area}-{'*' * (len(local) - 2)}{local[-2:]}"
    return "*" * len(plain) if len(plain) < 5 else "*" * (len(plain) - 2) + plain[-2:]


def mask_address(address: str | None) -> str:
    """Up to county and township, then ***; *** alone where neither is recognised."""
    plain = identity.normalise_address(address or "")
    if not plain:
        return ""
    shown = _ADDRESS.match(plain)[0]
    return shown + HIDDEN if len(shown) < len(plain) else shown

"""The codes of a case and what they are called on screen."""

CHANNELS = (
    ("visit", "来访"),
    ("letter", "来信"),
    ("phone", "来电"),
    ("online", "网上"),
    ("hotline", "12345"),
    ("superior", "上级转送"),
    ("leader", "领导交办"),
    ("inspection", "排查"),
)
PURPOSES = (("claim", "申诉求决"), ("suggestion", "建议意见"), ("accusation", "检举控告"), ("inquiry", "咨询求助"))
LITIGATION = (
    ("none", "没有"),
    ("litigation", "已诉讼"),
    ("reconsideration", "已申请行政复议"),
    ("arbitration", "已申请仲裁"),
)
PARTY_ROLES = (
    ("petitioner", "信访人"),
    ("applicant", "申请人"),
    ("respondent", "被反映单位（人）"),
    ("other_side", "对方当事人"),
    ("agent", "代理人"),
    ("representative", "代表"),
)
# 三到位一处理 (信访工作条例 第二十七条). The fourth is about conduct: only sent where, under what, when.
RESULTS = (
    ("solved", "解决问题到位"),
    ("explained", "思想教育到位"),
    ("helped", "帮扶救助到位"),
    ("lawfully", "依法处理"),
)
MET = (("met", "已解决"), ("partly", "部分解决"), ("unmet", "未解决"))
SCORES = (("satisfied", "满意"), ("fair", "基本满意"), ("unsatisfied", "不满意"))
SIGNED = (("signature", "签名"), ("fingerprint", "捺印"), ("refused", "拒绝签名"))
VISIT_KINDS = {"first": "初访", "again": "续访", "relayed": "接力来访", "other_side": "对方当事人来访"}
# what can be filled in or corrected after registration (随后补充), in the order in which it is told
AMENDED = (
    ("petitioner_name", "姓名/名称"),
    ("id_number", "证件号码"),
    ("phone", "电话"),
    ("address", "住址"),
    ("address_confirmed", "送达地址确认"),
    ("facts", "事实与理由"),
    ("demands", "诉求"),
    ("purpose", "信访目的"),
    ("category", "内容分类"),
    ("region_code", "问题属地"),
    ("headcount", "涉及人数"),
    ("respondent_name", "被反映单位（人）"),
    ("respondent_unit_id", "被反映单位对应的机构"),
    ("competent_unit_id", "有权处理单位"),
    ("earlier_reports", "曾向何处反映及答复"),
    ("litigation", "诉讼、复议、仲裁"),
    ("litigation_detail", "案号、阶段"),
    ("national_number", "信访信息系统编号"),
    ("national_code", "信访信息系统查询码"),
    ("national_entered_on", "信访信息系统录入日期"),
)
TOLD_HOW = (("spot", "当场书面告知"), ("served", "送达"), ("post", "邮寄"), ("online", "网上告知"))
# after the end of a petition (信访工作条例 第三十七条)
CARE = (("guidance", "疏导教育"), ("resolving", "矛盾化解"), ("help", "帮扶救助"))
SETTLED = (("kept", "已兑现"), ("broken", "未兑现"), ("moved", "另约日期"))


def label(pairs: tuple[tuple[str, str], ...], code: str | None) -> str:
    """The Chinese label of ``code``; the code itself where it is unknown."""
    return dict(pairs).get(code or "", code or "")

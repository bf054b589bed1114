"""The guide of 第三十一条: six questions in their legal order, and the procedures a matter may be led into (statutes 12).

``limits`` name only periods that the portal's own table of law holds; where it holds none, the citizen is told to ask the organ.
"""

from portal.cases.definition import Question, Way

LAW = "信访工作条例"
IDENTITY = "本人有效身份证件；代办的，另带授权委托书和代办人证件"
EVIDENCE = "与事情有关的合同、单据、照片等材料及复印件"
DECISION = "要求复议、起诉的决定书或者答复原件及复印件"
BORNE = "本人在信访中已收到的书面答复"

RECONSIDERATION = Way(
    "reconsideration",
    "行政复议",
    "行政复议机构",
    limits=("reconsideration.request",),
    papers=(IDENTITY, "行政复议申请书", DECISION),
)

GUIDE = (
    Question(
        "one",
        "应当通过诉讼、复议、刑事立案、法律监督、公安机关法律程序处理，且没有依法终结吗？",
        f"{LAW} 第三十一条第一项",
        "按照法律法规规定的程序处理。",
        (
            Way("civil", "民事诉讼", "人民法院", ("civil.limitation",), (IDENTITY, "民事起诉状", EVIDENCE)),
            Way(
                "administrative",
                "行政诉讼",
                "人民法院",
                ("litigation.direct", "litigation.after_reconsideration"),
                (IDENTITY, "行政起诉状", DECISION),
            ),
            RECONSIDERATION,
            Way(
                "enforcement",
                "申请强制执行",
                "人民法院",
                ("court_link.enforcement_request",),
                (IDENTITY, "强制执行申请书", "生效的判决书、调解书、裁决书等"),
            ),
            Way("criminal", "刑事立案、公安机关法律程序", "公安机关", papers=(IDENTITY, EVIDENCE)),
            Way("supervision", "检察机关法律监督", "人民检察院", papers=(IDENTITY, "申请书", "有关裁判、决定文书")),
        ),
        help="例如：合同、侵权、婚姻家庭、交通事故、对判决或者公安机关处理有意见",
        decision="lead_in",
    ),
    Question(
        "two",
        "应当通过仲裁解决吗？",
        f"{LAW} 第三十一条第二项",
        "导入仲裁程序处理。",
        (
            Way(
                "labour",
                "劳动人事争议仲裁",
                "劳动人事争议仲裁委员会",
                ("labour.limitation", "labour.limitation_unpaid_wages"),
                (IDENTITY, "仲裁申请书", "劳动合同、工资单、考勤等能证明劳动关系的材料"),
            ),
            Way("agreed", "按仲裁协议仲裁", "约定的仲裁机构", papers=(IDENTITY, "仲裁申请书", "写有仲裁条款的合同")),
        ),
        help="例如：工资、加班费、解除劳动合同、社会保险待遇；合同里写有仲裁条款",
        decision="lead_in",
    ),
    Question(
        "three",
        "可以通过党员申诉、申请复审等解决吗？",
        f"{LAW} 第三十一条第三项",
        "导入党员申诉、申请复审等程序处理。",
        (
            Way("party", "党员申诉", "作出处分、处理决定的党组织", papers=(IDENTITY, "申诉书", DECISION)),
            Way("again", "申请复审", "作出决定的机关、单位", papers=(IDENTITY, "复审申请书", DECISION)),
        ),
        help="例如：党员对党纪处分不服；对人事处理、处分决定申请复审",
        decision="lead_in",
    ),
    Question(
        "four",
        "可以通过行政复议、行政裁决、行政确认、行政许可、行政处罚等行政程序解决吗？",
        f"{LAW} 第三十一条第四项",
        "导入相应的行政程序处理。",
        (
            RECONSIDERATION,
            Way("adjudication", "行政裁决", "有裁决权的行政机关", papers=(IDENTITY, "裁决申请书", EVIDENCE)),
            Way("confirmation", "行政确认", "有确认权的行政机关", papers=(IDENTITY, "申请书", EVIDENCE)),
            Way("licence", "行政许可", "有许可权的行政机关", papers=(IDENTITY, "申请书", EVIDENCE)),
            Way("penalty", "行政处罚", "有处罚权的行政机关", papers=(IDENTITY, EVIDENCE)),
        ),
        help="例如：权属争议、资格认定、对行政决定不服、要求处罚违法的人",
        decision="lead_in",
    ),
    Question(
        "five",
        "是申请查处违法行为，或者申请履行保护人身权、财产权等职责吗？",
        f"{LAW} 第三十一条第五项",
        "由有职责的行政机关依法履行或者答复。",
        (
            Way(
                "duty",
                "申请查处违法、履行保护职责",
                "有这项职责的行政机关",
                ("litigation.inaction",),
                (IDENTITY, "申请书", EVIDENCE),
            ),
            Way(
                "inspection",
                "劳动保障监察",
                "劳动保障监察机构",
                ("labour.inspection_limitation",),
                (IDENTITY, EVIDENCE),
            ),
        ),
        help="例如：违章建设、污染、拖欠工资的查处；要求制止侵害",
        decision="fulfil",
    ),
    Question(
        "six",
        "以上五种情形都不属于吗？",
        f"{LAW} 第三十一条第六项",
        "由有权处理的机关、单位听取陈述事实和理由，调查核实，出具信访处理意见书。",
        (
            Way(
                "opinion",
                "信访处理",
                "有权处理的机关、单位",
                ("petition.conclude",),
                (IDENTITY, "写明请求、事实、理由的书面材料", EVIDENCE, BORNE),
            ),
        ),
        help="前面五问都选“否”的，选“是”；拿不准的，回到前面重新核对",
        decision="handle",
    ),
)

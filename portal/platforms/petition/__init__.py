"""信访接处 (信访工作条例): the 信访部门 registers and dispatches, the organ with the power handles, its superiors review.

Split by who acts: dispatch, receipt, handling, review, and what happens beside the way; the guide of 第三十一条 stands by itself.
The hall records the other organs' decisions; it never signs them.
"""

from portal.access.permissions import Permission
from portal.cases.definition import Choice, Flag, Platform, ServiceSpec
from portal.platforms.petition.beside import BESIDE, JURISDICTION
from portal.platforms.petition.direct import DIRECT
from portal.platforms.petition.dispatch import DISPATCH
from portal.platforms.petition.guide import GUIDE
from portal.platforms.petition.handling import HANDLING
from portal.platforms.petition.receipt import RECEIPT
from portal.platforms.petition.reminders import reminders
from portal.platforms.petition.review import LINKED, REVIEW
from portal.platforms.petition.states import STATES

PLATFORM = Platform(
    code="petition",
    label="信访接处",
    short="信访接待",
    states=STATES,
    initial="registered",
    steps=DISPATCH + RECEIPT + DIRECT + HANDLING + REVIEW + JURISDICTION + BESIDE,
    handle=Permission.PETITION_HANDLE,
    seldom=(
        "receive_direct",
        "reconcile",
        "object",
        "refuse_return",
        "consult",
        "refuse_duplicate",
        "cease",
        "notify_nobody",
        "receive_justice",
        "direct_nobody",
        "free_report",
        "decline_review",
        "decline_rereview",
        "hear",
        "hear_review",
        "hear_rereview",
        "withdraw_review",
        "withdraw_rereview",
        "mediate",
        "urge",
        "report_urgent",
        "propose_supervision",
        "withdraw",
    ),
    guide=GUIDE,
    linked=LINKED,
    reminds=reminders,
    petition=True,
    respondent="被反映单位（人）",
    fields=(
        Flag("urgent", "重大、紧急信访事项", help="应当及时报告本级党委和政府（第二十五条）"),
        Choice(
            "first_advice",
            "初步分流建议",
            help="窗口的建议，不起算期限；由有权处理机关告知受理后决定",
            options=(
                ("one", "诉讼、复议、刑事立案、法律监督等程序（第三十一条第一项）"),
                ("two", "仲裁（第二项）"),
                ("three", "党员申诉、申请复审等（第三项）"),
                ("four", "行政复议、裁决、确认、许可、处罚等（第四项）"),
                ("five", "申请查处违法行为、履行保护职责（第五项）"),
                ("six", "不属于以上情形（第六项）"),
            ),
        ),
    ),
    services=(
        ServiceSpec("petition.visit", "来访登记", "A", "一楼东区"),
        ServiceSpec("petition.group", "集体来访登记", "A", "一楼东区"),
        ServiceSpec("petition.progress", "信访事项查询", "A", "一楼东区"),
    ),
    opening=("petition.dispatch",),
    departments=("市信访局", "市自然资源和规划局", "市住房和城乡建设局", "市农业农村局", "市公安局"),
)

"""心理疏导干预: voluntary, sealed, and never a diagnosis (精神卫生法 第二十三条).

Outside the platform everybody sees the state's label, so no label says what was talked about, refused or advised.
"""

from portal.access.permissions import Permission
from portal.cases.definition import Choice, Day, Flag, Number, Platform, ServiceSpec, State, Step, Text

HANDLE = Permission.COUNSELLING_HANDLE

STATES = {
    "referred": State("已登记·待服务", next_step="由服务人员征得本人同意后开展"),
    "consented": State("待服务", next_step="由服务人员约定时间"),
    "in_service": State("服务中", next_step="按约定时间继续"),
    # One and the same end for those who declined and those who finished: a state must not speak against anybody.
    "closed": State("服务结束", "good", final=True),
}

STEPS = (
    Step(
        "consent",
        "本人同意",
        ("referred",),
        "consented",
        HANDLE,
        fields=(
            Flag("told", "已告知服务自愿、随时可以停止、内容保密", must=True),
            Flag("agreed", "本人同意接受服务", must=True),
            Flag("data_agreed", "本人单独同意处理敏感个人信息", must=True),
            Choice(
                "guardian",
                "监护人同意",
                required=True,
                options=(("adult", "不适用"), ("given", "未成年人，监护人已同意")),
            ),
        ),
        article="个人信息保护法 第二十九条、第三十一条",
    ),
    Step(
        "decline",
        "本人不同意",
        ("referred", "consented"),
        "closed",
        HANDLE,
        fields=(Flag("no_effect_told", "已告知不同意不影响其他事项的办理", must=True),),
    ),
    Step(
        "hold_session",
        "记录一次服务",
        ("consented", "in_service"),
        "in_service",
        HANDLE,
        fields=(
            Day("session_on", "服务日期", required=True, future=False),
            Number("minutes", "时长（分钟）", required=True, minimum=1, maximum=480),
            Text("session_note", "服务记录", help="仅服务人员本人可见；不写病名，不作判断", long=True),
            Day("next_on", "下次约定日期", past=False),
        ),
        article="精神卫生法 第二十三条",
    ),
    Step(
        "advise_doctor",
        "建议就诊",
        ("consented", "in_service"),
        "in_service",
        HANDLE,
        fields=(
            Day("advised_on", "建议日期", required=True, future=False),
            Flag("advice_only", "仅当面建议本人到符合规定的医疗机构就诊，未作判断，未代为联系送诊", must=True),
        ),
        article="精神卫生法 第二十三条第三款",
    ),
    Step(
        "close",
        "结束服务",
        ("in_service",),
        "closed",
        HANDLE,
        fields=(
            Choice(
                "closed_by",
                "结束方式",
                required=True,
                options=(("both", "双方商定结束"), ("person", "本人要求停止"), ("absent", "本人未再前来")),
            ),
        ),
    ),
)

PLATFORM = Platform(
    code="counselling",
    label="心理疏导干预",
    short="心理疏导",
    states=STATES,
    initial="referred",
    steps=STEPS,
    handle=HANDLE,
    seldom=("advise_doctor", "decline"),
    purpose="inquiry",
    services=(ServiceSpec("counselling.general", "综合服务", "G", "一楼北区"),),
    sealed=True,
    neutral_sign="综合服务室",
    closes_case=False,
    departments=("市卫生健康委员会", "市妇女联合会"),
)

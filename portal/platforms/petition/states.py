"""The states the 信访工作条例 itself creates (statutes 1.11)."""

from portal.cases.definition import State

# 第三十五、三十六条: the right runs from receipt of the reply, whatever the hall has ended meanwhile
RIGHT_LEFT = "信访人不服的，仍可请求复查、复核；逾期的也登记，由复查、复核机关书面决定"

STATES = {
    "registered": State("已登记·待分办", next_step="由信访部门转送、交办有权处理的机关、单位"),
    "reported_up": State("已报请·待决定", "waiting", "由本级党委和政府决定"),
    "redispatch": State("待重新分办", next_step="由信访部门重新转送、交办有权处理的机关、单位"),
    "consulting": State("涉及多个机关·协商受理中", "waiting", "由所涉及的机关、单位协商受理"),
    "superior_deciding": State("受理有争议·待上一级决定", "waiting", "由共同的上一级机关、单位决定受理机关"),
    "in_conference": State("受理有争议·待联席会议协调", "waiting", "由共同的信访工作联席会议协调处理"),
    "direct": State(
        "有关机关直接收到·待告知",
        "waiting",
        "由收到的机关、单位书面告知接收情况以及处理途径和程序，或者转送、交办下级并告知去向，或者告知向有权机关提出",
    ),
    "referred": State("已转送·待收到", "waiting", "由有权处理的机关、单位接收"),
    "assigned": State("已交办·待收到", "waiting", "由有权处理的机关、单位接收，并在指定办理期限内反馈结果"),
    "awaiting_notice": State(
        "有权机关已收到·待告知", "waiting", "由有权处理的机关、单位书面告知接收情况、处理途径和程序"
    ),
    "objected": State("已提出异议·待核实", "waiting", "由转送、交办方核实异议"),
    "bound": State("异议不成立·待告知", "waiting", "由有权处理的机关、单位书面告知接收情况、处理途径和程序"),
    "accepted": State("已告知受理", next_step="由有权处理的机关、单位区分情况办理"),
    "handling": State("办理中", next_step="由有权处理的机关、单位调查核实，出具信访处理意见书"),
    "opinion": State("已出具处理意见书·待送达", next_step="向信访人送达信访处理意见书"),
    "served": State("处理意见书已送达", "waiting", "不服的，可以自收到之日起在法定期限内请求上一级机关、单位复查"),
    "under_review": State("等候复查意见", "waiting", "由复查机关、单位提出复查意见并书面答复"),
    "reviewed": State("复查意见已送达", "waiting", "不服的，可以自收到之日起在法定期限内请求复核"),
    "under_rereview": State("等候复核意见", "waiting", "由复核机关、单位提出复核意见"),
    "rereviewed": State("复核意见已送达", next_step="登记终结；继续做好疏导教育、矛盾化解、帮扶救助"),
    "settled": State("已即时办结", "good", final=True),
    "directed": State("已告知向有权机关提出", "good", final=True),
    "undirected": State("不属于职权，无法书面告知", "ended", final=True),
    "guided": State("已引导至政法部门", "good", final=True),
    "forwarded": State("已转送政法部门", "good", final=True),
    "accusation_forwarded": State("已移送有权机关", "good", final=True),
    "duplicate": State("不予受理（在办重复）", "ended", final=True),
    "ceased": State("不再受理", "ended", final=True),
    "led_in": State("已导入法定程序", "good", final=True),
    "fulfilled": State("已依法履行或者答复", "good", final=True),
    "suggestion_answered": State("建议意见已回复", "good", final=True),
    "reconciled": State("经调解、和解办结", "good", final=True),
    "performed": State("处理意见已执行", "good", RIGHT_LEFT, final=True),
    "ended": State("已办结", "good", RIGHT_LEFT, final=True),
    "concluded": State("复核终结", "ended", final=True),
    "withdrawn": State("信访人已撤回", "ended", final=True),
    # of 复查 and 复核, procedures of their own
    "reviewing": State("复查中", "waiting", "由复查机关、单位提出复查意见并书面答复"),
    "review_done": State("复查意见已送达", "good", final=True),
    "review_declined": State("已决定不予复查", "ended", final=True),
    "review_withdrawn": State("已撤回复查请求", "ended", final=True),
    "rereviewing": State("复核中", "waiting", "由复核机关、单位提出复核意见"),
    "rereview_done": State("复核意见已送达", "good", final=True),
    "rereview_declined": State("已决定不予复核", "ended", final=True),
    "rereview_withdrawn": State("已撤回复核请求", "ended", final=True),
}

"""Petitions of the demo hall: one in every state of 信访接处 and the matters that show the hall's rules."""

from tests.cast.people import ACCUSED
from tests.cast.plots import Beside, Called, CameAgain, Closed, Plot

SOLVED = (("solved",), "met", "")
EXPLAINED = (("explained",), "unmet", "已当面解释政策依据和下一步途径。")

WIND_FARM = Plot(
    "handling",
    34,
    "吕某",
    "风力发电项目占用耕地,赔偿款迟迟没有到账",
    "2025年秋天,风力发电项目修路占用自家三亩二分耕地,当时说好秋收前付清青苗和占地补偿,至今只收到一部分。"
    "几次到村里和项目部询问,都说钱在路上。今年地还没有平整,误了冬小麦。",
    ("付清占地补偿款和青苗补偿款", "平整并恢复被占用的耕地"),
    category="国土资源/土地征收补偿",
    respondent="某风力发电项目公司",
    competent="平陆县政府",
    earlier="曾向村民委员会、项目部反映,答复是等待拨款。",
    national="YC-演示-0001",
    via=("assign",),
    values={
        "assign": {"unit": "平陆县人民政府", "assignment": "请会同项目公司核清占地面积和应付款项,报送办结报告。"},
        "notify": {"notified_how": "spot"},
    },
    data={"first_advice": "six"},
    statement="我家三亩二分地被风电项目修路占用,说好秋收前付清补偿,到现在只给了一部分。我就是想把钱要回来,把地平整好。",
    shown_to="平陆县信访局",
    also=(
        Called(34, "平陆县信访局", "闫海燕", "已记下,马上联系项目公司核对占地台账。", "核对占地台账并回电", -32, ("kept", "次日回电,面积已核对")),
        CameAgain(18, "来问县里核对结果,愿意同项目公司当面谈,希望年前拿到钱。"),
        Called(18, "平陆县信访局", "闫海燕", "项目公司同意调解,分两次付款。", "督促项目公司支付第二笔补偿款", 0),
        Beside(
            17,
            "mediation",
            "to_perform",
            data={"origin": "proposed", "other_side": "项目公司已派员,愿意调解"},
            values={
                "agree": {
                    "terms": "项目公司十五日内付清占地和青苗补偿款,分两次转账;次年开春前平整耕地;双方再无争议。",
                },
                "hold_session": {"session_summary": "双方核对占地台账,面积无异议;就付款时间和平地责任谈妥。"},
            },
        ),
    ),
)

WAITING = (
    Plot("registered", 2, "赵来福", "小区门口希望增设公交站点", "小区入住已三年,最近的公交站要走二十多分钟,老人买菜、孩子上学都不方便。",
         ("在小区门口增设公交站点",), category="城市建设和市政管理/公共汽车", competent="市住房和城乡建设局"),
    Plot("registered", 12, "贺春梅", "夜间施工噪音影响休息", "临街工地连续多日夜间十一点后仍在浇筑,楼上住户无法休息,家里有备考的学生。",
         ("制止夜间违规施工", "公布施工许可的时段"), channel="online", category="环境保护/噪声污染", competent="市住房和城乡建设局",
         also=(Called(3, "盐湖区信访局", "值班室", "已转告辖区,今晚巡查。", "连续三晚到现场巡查并回复", -1),)),
    Plot("registered", 24, "邢国柱", "旧村改造后过渡安置费停发", "旧村改造签了协议,过渡安置费发到今年六月就停了,回迁楼也没有交付的准信。",
         ("补发停发的过渡安置费", "明确回迁交付时间"), channel="online", category="城乡建设/拆迁安置", competent="临猗县政府"),
    Plot("reported_up", 15, "阎振江", "多村反映灌区末级渠道多年不通水", "三个村的末级渠道损坏多年,浇地靠自打井,涉及上百户,几个部门都说不归自己管。",
         ("修复末级渠道", "明确管护单位"), channel="letter", headcount=126, category="农村农业/农田水利", competent="万荣县政府"),
    Plot("redispatch", 17, "畅小军", "门面房门前道路长期积水", "下雨就积水,排水管网归属说不清,已影响经营。", ("疏通或者改造排水管网",),
         via=("refer", "object"), category="城市建设和市政管理/基础设施", competent="市住房和城乡建设局",
         values={"refer": {"unit": "市自然资源和规划局"}, "agree_return": {"note": "核实异议成立,重新分办。"}}),
    Plot("referred", 5, "柳桂香", "取暖费交了,家里温度一直上不去", "供暖半个月,室温只有十四五度,多次报修,换热站说是管网末端。",
         ("检修管网,室温达标", "按规定退还不达标期间的费用"), category="城市建设和市政管理/冬季采暖", competent="闻喜县政府",
         also=(Called(5, "闻喜县信访局", "办公室", "已通知供热企业当天上门测温。", "上门测温并书面回复", 2),)),
    Plot("assigned", 9, "仪建设", "工程款拖欠,农民工工资年前难以兑付", "承包一处厂房的砌筑,完工一年仍欠工程款,四十多名工人等着领工资回家。",
         ("督促结清工程款", "先行兑付工人工资"), channel="leader", headcount=43, via=("assign",), category="劳动和社会保障/工资报酬",
         competent="闻喜县政府", representatives=("巨海潮",), values={"assign": {"unit": "闻喜县人民政府"}}),
    Plot("awaiting_notice", 12, "段喜才", "承包地确权面积与实际不符", "确权证上少了一亩一分地,村里说是丈量误差,要求重新丈量。", ("重新丈量并更正确权登记",),
         category="农村农业/土地承包经营", competent="稷山县政府", values={"refer": {"unit": "稷山县人民政府"}}),
    Plot("objected", 10, "宁改变", "市场搬迁后摊位安置不公开", "老市场搬迁,摊位怎样分没有公示,自己十几年的摊位没有安排。", ("公开分配办法和结果",),
         category="商贸流通/市场管理", competent="稷山县政府"),
    Plot("bound", 14, "席文华", "老旧小区加装电梯补助未到位", "小区自筹资金加装电梯已验收,公布过的补助一直没有下来。", ("按公布的标准发放补助",),
         category="城市建设和市政管理/小区管理", competent="市住房和城乡建设局"),
)  # fmt: skip

HANDLED = (
    Plot("accepted", 16, "支秀英", "养老保险缴费年限少记了四年", "在原县办企业上班的四年没有算进缴费年限,企业已改制,档案在主管部门。",
         ("核实并补记缴费年限",), category="劳动和社会保障/养老保险", competent="市人力资源和社会保障局"),
    Plot("handling", 64, "行满仓", "林地流转合同到期后不退还", "林地流转给他人十年,去年到期,对方以投入没有收回为由不退。", ("收回到期林地",),
         category="农村农业/土地流转", competent="绛县政府", repeat=True, earlier="曾向乡镇反映,调解过一次没有结果。",
         also=(CameAgain(20, "来问进展,带来合同原件复印件一份。"),)),
    Plot("handling", 96, "陶爱琴", "农村危房改造补助审核没有结果", "房屋鉴定为危房,申请补助一年多没有答复。", ("给出审核结果", "符合条件的尽快发放补助"),
         category="城乡建设/住房保障", competent="绛县政府", also=(Called(6, "绛县信访局", "办公室", "正在催办。", "给出书面答复", -1),)),
    Plot("opinion", 40, "石拴柱", "集体林补偿分配方案有争议", "村集体林地补偿款按人口分还是按承包面积分,村民意见不一,分配方案没有公开表决。",
         ("公开分配方案并依法表决",), category="农村农业/集体资产", competent="垣曲县政府", headcount=4,
         values={"give_opinion": {"conclusion": "explain"}}),
    Plot("served", 46, "鲁晓芳", "学区划片后孩子就近入学困难", "新小区划片到三公里外的学校,接送困难。", ("调整划片或者增开校车",),
         category="教育文化/招生入学", competent="垣曲县政府", values={"give_opinion": {"conclusion": "explain"}}),
    Plot("under_review", 60, "樊进财", "征地青苗补偿标准计算有误", "自己种的是设施蔬菜,补偿却按大田作物算。", ("按设施蔬菜标准补足差额",),
         category="国土资源/土地征收补偿", competent="夏县政府", values={"give_opinion": {"conclusion": "reject"}}),
    Plot("reviewed", 84, "令狐云", "经营场所被错误登记为异常", "店铺搬迁时办过变更,系统里仍显示异常,影响贷款。", ("更正登记并出具说明",),
         category="商贸流通/工商管理", competent="夏县政府", values={"give_opinion": {"conclusion": "explain"}}),
    Plot("under_rereview", 100, "茹秋生", "退役安置工龄认定", "认为下乡和服役时间应当连续计算工龄。", ("重新认定连续工龄",), repeat=True,
         category="劳动和社会保障/工龄", competent="市人力资源和社会保障局", values={"give_opinion": {"conclusion": "reject"}}),
)  # fmt: skip

ENDED = (
    Plot("settled", 8, "关玉珍", "询问异地就医报销怎样办理", "在外地住院,不知道回来怎样报销,要带哪些材料。", ("告知报销办法和材料",), purpose="inquiry",
         values={"settle": {"answer": "已告知备案方式、报销比例和材料清单,并打印一份交本人。"}},
         closed=Closed((SOLVED,), "当场答复,本人听明白。", ("satisfied", "说得很清楚,材料单子也给了。"))),
    Plot("guided", 19, "雷双喜", "对法院已受理的买卖合同案有意见", "案件正在审理,认为进度慢,想请中心过问。", ("了解案件进度",),
         category="政法/民事案件", values={"guide": {"authority": "芮城县人民法院诉讼服务中心"}},
         closed=Closed((EXPLAINED,), "已引导到诉讼服务中心查询,进度由法院告知。", ("fair", ""))),
    Plot("forwarded", 22, "屈艳霞", "来信反映交通事故责任认定", "对事故责任认定有异议,来信附照片。", ("复核责任认定",), channel="letter",
         category="政法/交通事故", values={"forward_justice": {"authority": "市公安局"}}),
    Plot("accusation_forwarded", 21, "秦占奎", "反映个别工作人员办事中接受宴请", "在办理一项审批过程中,听到并见到有工作人员接受宴请,附时间地点。",
         ("依规依纪核查",), purpose="accusation", channel="letter", accused=ACCUSED[1], respondent="某工作人员",
         values={"forward_accusation": {"authority": "有管理权限的纪检监察机关"}}),
    Plot("duplicate", 11, "尚文龙", "再次要求更换物业公司", "同一请求已由辖区受理,正在规定期限内办理,现又向市级提出。", ("更换物业公司",), repeat=True,
         earlier="辖区街道已受理。", category="城市建设和市政管理/物业管理", competent="市住房和城乡建设局"),
    Plot("ceased", 26, "展红旗", "再次提出已经复核终结的房屋拆迁补偿事项", "补偿事项已有复核意见,没有新的事实和理由。", ("提高补偿标准",), repeat=True,
         category="城乡建设/拆迁安置"),
    Plot("led_in", 30, "杭美玲", "要求确认相邻两户宅基地的界址", "与邻居对宅基地界址有争议,双方各有证件。", ("确认宅基地界址",),
         category="国土资源/权属争议", competent="河津市政府", values={"lead_in": {"path": "four", "led_to": "土地权属争议行政裁决,由县级人民政府受理"}},
         closed=Closed((EXPLAINED,), "已导入权属争议裁决程序。", ("fair", "希望能快一点。"))),
    Plot("suggestion_answered", 28, "原保国", "建议在政务大厅设立老年人帮办岗", "老年人不会用自助机,建议固定一个帮办岗。", ("设立帮办岗",), purpose="suggestion",
         channel="online", competent="河津市政府", closed=Closed((SOLVED,), "建议已采纳。", ("satisfied", "谢谢采纳。"))),
    Plot("reconciled", 42, "南天佑", "楼上漏水多次协商不成", "楼上卫生间漏水,自家顶棚起皮,物业协调几次没有结果。", ("修好漏水处", "赔偿维修费用"),
         category="城市建设和市政管理/物业管理", also=(Beside(38, "mediation", "performed", data={"origin": "applied"}),),
         closed=Closed((SOLVED, (("solved", "helped"), "partly", "双方商定各担一半。")), "经调解达成协议并已履行。", ("satisfied", "两家都说开了。"))),
    Plot("performed", 70, "苗冬英", "拖欠三个月保洁工资", "在一处园区做保洁,三个月工资没有发。", ("发放拖欠的工资",), category="劳动和社会保障/工资报酬",
         respondent="某保洁服务公司", competent="市人力资源和社会保障局",
         closed=Closed((SOLVED,), "工资已全部付清。", ("satisfied", "钱拿到了,感谢。"))),
    Plot("ended", 66, "戈志军", "要求按新标准补发丧葬费差额", "新标准施行前已经领取,要求补差额。", ("补发丧葬费差额",), category="民政/优抚",
         values={"give_opinion": {"conclusion": "explain"}, "close": {"report": "unneeded"}},
         closed=Closed(((("explained", "helped"), "unmet", "新标准不溯及既往,已解释;生活困难已转社会救助。"),), "程序办结,诉求未能支持。", ("unsatisfied", "还是希望能补。"))),
    Plot("rereviewed", 128, "谷丽萍", "教师资格认定材料不予认可", "早年的培训结业证未被认可。", ("认可培训结业证",), category="教育文化/教师队伍",
         competent="临猗县政府", values={"give_opinion": {"conclusion": "reject"}},
         closed=Closed((EXPLAINED,), "已三级终结,理由和依据均已书面答复。")),
    Plot("withdrawn", 18, "巨海潮", "要求处理邻居占道堆放石料", "邻居建房占道堆料,车辆过不去。", ("清走堆料",), category="城乡建设/违章建筑",
         closed=Closed(((("solved",), "met", "邻居已自行清走。"),), "邻居已清走,本人自愿撤回。", ("satisfied", ""))),
)  # fmt: skip

PETITIONS = (WIND_FARM, *WAITING, *HANDLED, *ENDED)

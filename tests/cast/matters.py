"""Matters of the other nine platforms in the demo hall: mediation in every state, three of each other door."""

from tests.cast.plots import Beside, Called, CameAgain, Closed, Plot

SOLVED = (("solved",), "met", "")
HELPED = (("helped",), "met", "")

MEDIATIONS = (
    Plot("awaiting_consent", 4, "薄云生", "邻居砌墙挡住自家窗户采光", "邻居翻建房屋，东墙加高，自家北屋白天要开灯。", ("降低墙体或者留出采光距离",),
         "mediation", category="民事纠纷/相邻关系", data={"origin": "applied", "other_side": "邻居白天在外务工，约晚上联系"},
         also=(Called(4, "稷山县化峪镇", "司法所", "晚上上门问对方意愿。", "回复对方是否愿意调解", 0),)),
    Plot("consented", 9, "昝金花", "合伙开饭店散伙后账目不清", "两家合伙三年，散伙时设备折价和欠账怎样分没有说清。", ("清算合伙账目",), "mediation",
         category="民事纠纷/合伙", data={"origin": "applied"}),
    Plot("in_session", 15, "冀永胜", "果园承包费涨价争议", "承包合同没有写调价，村集体要求按新价交。", ("按原合同交承包费",), "mediation",
         category="农村农业/土地承包经营", data={"origin": "applied"}, also=(CameAgain(3, "带来历年交费收据，约定下周再谈一次。"),)),
    Plot("agreed", 20, "耿秋菊", "赡养费分担", "老人由小女儿照看，三个子女对费用分担说法不一。", ("子女按约定分担赡养费",), "mediation",
         category="民事纠纷/婚姻家庭", data={"origin": "applied"},
         values={"agree": {"terms": "三个子女每月各付赡养费四百元，医药费均摊，每月十日前转到老人账户。"}}),
    Plot("to_perform", 26, "车玉明", "装修合同尾款和质量争议", "装修有几处不平，业主扣着尾款不付，施工队要求结清。", ("结清尾款",), "mediation",
         category="民事纠纷/承揽合同", data={"origin": "applied"},
         values={"agree": {"terms": "施工队十日内修好五处问题，业主验收当日付清尾款。"}}),
    Plot("performed", 45, "卜爱莲", "电动车充电起火损失赔偿", "邻居在楼道充电引起烟熏，家具受损。", ("赔偿家具损失",), "mediation",
         category="民事纠纷/损害赔偿",
         data={"origin": "proposed"}, closed=Closed((SOLVED,), "赔偿款已当面付清。", ("satisfied", "调解员耐心。"))),
    Plot("unperformed", 90, "畅小军", "借款本金分期归还", "朋友借款八万元，写有借条，说好分期归还。", ("归还借款本金",), "mediation",
         category="民事纠纷/民间借贷",
         data={"origin": "applied"}, closed=Closed(((("explained",), "unmet", "对方到期未付，已告知可以起诉，并引导法律援助咨询。"),),
         "调解协议未履行。", ("unsatisfied", "钱没要回来。"))),
    Plot("terminated", 33, "柳桂香", "宠物伤人赔偿数额争议", "狗咬伤孩子，医药费和误工费谈不拢。", ("赔偿医药费和误工费",), "mediation",
         category="民事纠纷/损害赔偿", data={"origin": "applied"}),
)  # fmt: skip

COURT_AND_AID = (
    Plot("mediating_before", 12, "仪建设", "货款纠纷诉前调解", "供货多年，尾款十一万元未结，法院委派诉前调解。", ("结清货款",), "court_link",
         category="民事纠纷/买卖合同"),
    Plot("agreed", 19, "段喜才", "调解协议申请司法确认", "镇上调解已经达成协议，想请法院确认，心里踏实。", ("申请司法确认",), "court_link",
         category="民事纠纷/土地承包"),
    Plot("guided", 16, "宁改变", "想起诉要回货款不知道怎样立案", "手里只有微信记录和送货单。", ("了解立案材料",), "court_link", purpose="inquiry",
         closed=Closed((SOLVED,), "已告知立案材料和管辖法院。", ("satisfied", ""))),
    Plot("applied", 5, "席文华", "交通事故受伤申请法律援助", "打零工受伤，对方没有保险，家里低保。", ("申请法律援助",), "legal_aid",
         category="政法/法律援助"),
    Plot("assigned", 21, "支秀英", "追索抚养费申请法律援助", "孩子随自己生活，对方两年没有付抚养费。", ("申请法律援助代理诉讼",), "legal_aid"),
    Plot("refused", 25, "行满仓", "合同纠纷申请法律援助", "申请材料齐全，但不符合条件。", ("申请法律援助",), "legal_aid"),
    Plot("advised", 10, "陶爱琴", "咨询房屋买卖定金能否退还", "交了两万元定金，贷款没有批下来。", ("咨询定金是否可退",), "legal_aid", purpose="inquiry",
         closed=Closed((SOLVED,), "值班律师当面解答。", ("satisfied", "律师讲得细。"))),
    Plot("accepted", 30, "石拴柱", "公司未签合同、拖欠加班费", "在物流园上班一年多没有签合同，加班费没有算。", ("支付加班费",
         "支付未签合同的二倍工资差额"), "labour",
         category="劳动和社会保障/劳动合同", respondent="某物流公司"),
    Plot("mediating", 8, "鲁晓芳", "试用期被辞退要求补发工资", "试用期最后一周被口头辞退，工资少发半个月。", ("补发工资",), "labour",
         respondent="某商贸公司",
         category="劳动和社会保障/工资报酬"),
    Plot("award_served", 95, "樊进财", "工伤待遇争议", "在厂里受伤已认定工伤，停工留薪期工资未足额发放。", ("补足停工留薪期工资",), "labour",
         respondent="某铸造厂",
         category="劳动和社会保障/工伤"),
    Plot("mediated", 37, "令狐云", "餐馆拖欠两个月工资", "餐馆转让，老板换人，两个月工资没有着落。", ("支付两个月工资",), "labour", respondent="某餐饮店",
         category="劳动和社会保障/工资报酬", closed=Closed((SOLVED,), "双方达成协议，当场支付。", ("satisfied", "当天就拿到了。"))),
)  # fmt: skip

HELP = (
    Plot("found", 1, "茹秋生", "租住处失火后无处居住", "昨晚租住的平房失火，衣物被褥都没有了。", ("安排临时住处",), "relief", category="民政/临时救助",
         data={"origin": "applied", "emergency_place": "平陆县圣人涧镇"}),
    Plot("accepted", 18, "关玉珍", "重病家庭申请临时救助", "家中一人长期透析，收入难以维持。", ("申请临时救助",), "relief", category="民政/社会救助",
         values={"refer": {"relief_kind": "temporary"}}),
    Plot("closed", 40, "韩素琴", "下岗后生活困难申请救助", "夫妻双双失去工作，孩子上大学。", ("申请最低生活保障",), "relief", category="民政/最低生活保障",
         values={"refer": {"relief_kind": "minimum", "place_basis": "household"}},
         closed=Closed((HELPED,), "已纳入保障并回访。", ("satisfied", "解了燃眉之急。"))),
    Plot("asked", 3, "雷双喜", "父亲走失后找回，想办防走失手环", "老人有认知障碍，听说有公益手环。", ("了解办理地点",), "citizen_help", purpose="inquiry"),
    Plot("assisting", 7, "屈艳霞", "独居老人冬季取暖困难", "邻居老人独居，煤改电后舍不得开。", ("帮老人申请取暖补助",), "citizen_help", purpose="inquiry"),
    Plot("settled", 14, "尚文龙", "查询公交老年卡年审地点", "老年卡年审，不知道去哪里办。", ("告知年审地点",), "citizen_help", purpose="inquiry",
         closed=Closed((SOLVED,), "已告知最近的网点和时间。", ("satisfied", ""))),
    Plot("received", 2, "展红旗", "路灯连续几晚不亮", "村口主路六盏路灯都不亮，晚上孩子下学不安全。", ("修复路灯",), "hotline", "hotline",
         data={"order_number": "演示工单0012", "order_kind": "complaint"}, category="城市建设和市政管理/城市公共设施"),
    Plot("dispatched", 10, "杭美玲", "小区物业费涨价没有公示", "物业费每平方米涨了三角，没有业主表决。", ("公示涨价依据",), "hotline", "hotline",
         data={"order_number": "演示工单0009", "order_kind": "complaint"}, category="城市建设和市政管理/物业管理"),
    Plot("returned", 27, "原保国", "公交线路调整后班次太少", "线路改走新路，早高峰四十分钟一趟。", ("增加早高峰班次",), "hotline", "hotline",
         data={"order_number": "演示工单0003", "order_kind": "suggestion"}, category="城市建设和市政管理/公共汽车",
         closed=Closed(((("solved",), "partly", "早高峰增加两个班次，平峰不变。"),), "结果已回传热线。", ("fair", "再密一点更好。"))),
    Plot("booked", 1, "南天佑", "网格员上报两家因排水沟争执", "两家为排水沟走向多次争吵，有升级苗头。", ("及时介入化解",), "governance", "inspection",
         data={"source": "grid"}, category="民事纠纷/相邻关系"),
    Plot("dispatched", 13, "苗冬英", "学校周边流动摊点堵塞通道", "放学时段摊点占道，家长反映安全隐患。", ("规范摊点，疏通通道",), "governance", "inspection",
         data={"source": "survey"}, category="城市建设和市政管理/城管执法"),
    Plot("handed_over", 35, "戈志军", "废弃机井没有封盖", "村边废弃机井井盖丢失，已临时围挡。", ("封填废弃机井",), "governance", "inspection",
         data={"source": "grid", "urgent": True}, category="安全生产/安全隐患", closed=Closed((SOLVED,), "已封填并现场核查。")),
    # Counselling is a compartment: elsewhere it shows as 心理服务 and its state, and nothing of what follows.
    Plot("referred", 2, "苗冬英", "想找人说说话", "自述近来睡不好，希望安静地谈一谈。", (), "counselling", purpose="inquiry"),
    Plot("in_service", 22, "韩素琴", "家里变故后情绪低落", "自述生活变故后心里难受，愿意定期来谈。", (), "counselling", purpose="inquiry"),
    Plot("closed", 50, "谷丽萍", "备考压力", "自述压力大，想学放松的办法。", (), "counselling", purpose="inquiry"),
    # The man who accuses has an ordinary matter too: his page shows this one to everybody entitled, the other to nobody else.
    Plot("accepted", 20, "秦占奎", "灌溉机井电费标准不透明", "机井电费各户说法不同，要求公布。", ("公布电费标准和账目",), competent="盐湖区政府",
         category="农村农业/村务公开", also=(Beside(9, "legal_aid", "advised"),)),
)  # fmt: skip

MATTERS = (*MEDIATIONS, *COURT_AND_AID, *HELP)

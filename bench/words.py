"""What people write to a hall, made by argument and seed: names, numbers, addresses, complaints in several sentences."""

from random import Random

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
GIVEN = "建国志强秀英桂兰海燕丽华晓红永胜文军玉梅春生金花立新少平爱民卫东淑珍俊杰雪琴国庆小军红霞长青子涵浩然欣怡"
PLACES = (
    "盐湖区东城街道",
    "盐湖区解州镇",
    "临猗县猗氏镇",
    "万荣县解店镇",
    "闻喜县桐城镇",
    "稷山县稷峰镇",
    "新绛县龙兴镇",
    "绛县古绛镇",
    "垣曲县新城镇",
    "夏县瑶峰镇",
    "平陆县圣人涧镇",
    "芮城县古魏镇",
    "永济市城西街道",
    "河津市清涧街道",
)
ESTATES = ("北街", "红旗小区", "金域华庭", "禹香苑", "学府嘉园", "南风广场", "河东花园", "新建路", "中银大道", "凤凰谷")
# What is complained of, how it came about, what is asked for. One line each; {place}, {who}, {n} and {month} are filled in.
MATTERS = (
    (
        "夜间施工噪音扰民",
        "{place}工地每晚{n}点以后仍在施工,渣土车进出不断,噪音影响老人和学生休息。",
        "停止夜间施工,公布施工许可",
        "环境保护",
    ),
    (
        "公交线路停运不便",
        "{place}的{n}路公交自{month}月起改线,沿途三个村到县医院要步行半小时,老人看病困难。",
        "恢复{n}路公交原线路或加开班次",
        "交通运输",
    ),
    (
        "拖欠工程款、农民工工资",
        "我们{n}人在{place}做外墙保温,{who}自{month}月起未付工资,多次催要,对方以甲方未结账为由推脱。",
        "责令{who}付清工资",
        "劳动和社会保障",
    ),
    (
        "征地补偿款未到位",
        "{month}月修建道路征用{place}耕地{n}亩,补偿公告已张贴,补偿款至今没有发到各户,村委说法前后不一。",
        "公开补偿明细并足额发放",
        "国土资源",
    ),
    (
        "房屋漏水、质量问题",
        "{place}{n}号楼交房后外墙渗水、地下室积水,{who}维修{n}次没有修好,家具受损。",
        "彻底维修并赔偿损失",
        "城乡建设",
    ),
    (
        "逾期办不了不动产权证",
        "购房合同约定{month}月办证,至今已逾期,{who}答复称土地手续未完善,影响孩子入学。",
        "明确办证日期,承担违约责任",
        "城乡建设",
    ),
    (
        "邻里宅基地纠纷",
        "与邻居在{place}的宅基地边界有争议,对方{month}月砌墙占用出路约{n}平方米,双方发生争吵。",
        "确认边界,恢复通行",
        "农村农业",
    ),
    (
        "物业收费不公开",
        "{place}物业{who}多年未公示公共收益,{month}月起又上调物业费,电梯停运{n}天无人维修。",
        "公示账目,维修电梯",
        "城乡建设",
    ),
    (
        "养老保险转移接续",
        "在外地参保{n}年,{month}月申请转入{place},经办窗口称缺少缴费凭证,来回跑了多次。",
        "办理养老保险转移",
        "劳动和社会保障",
    ),
    (
        "化工厂异味污染",
        "{place}附近{who}夜间排放刺鼻气体,{month}月以来{n}户居民头晕恶心,投诉后白天停、夜里开。",
        "查处超标排放并公布监测数据",
        "环境保护",
    ),
    (
        "供暖温度不达标",
        "{place}{n}号楼室温只有十四度,{who}说管网老化,{month}月缴费后仍未解决。",
        "测温退费,改造管网",
        "城乡建设",
    ),
    (
        "医疗纠纷",
        "家属{month}月在{place}住院手术后病情加重,{who}封存病历不及时,家属要求说明诊疗过程。",
        "组织医疗鉴定,依法赔偿",
        "卫生健康",
    ),
)
FIRMS = ("宏达建筑公司", "河东置业公司", "金鼎物业公司", "华信热力公司", "鑫源化工厂", "县第二建筑公司", "恒泰劳务公司")
FURTHER = (
    "此前曾向乡镇反映,答复为正在协调。",
    "已保留照片、合同和缴费凭证,可随时提供。",
    "家里只有老人在家,来一趟要转两次车。",
    "希望有一个明确的时间,不要再让群众来回跑。",
    "同小区还有多户是一样的情况,大家推我来说明。",
    "经办人员多次更换,每次都要重新讲一遍。",
    "我们理解工作有难处,只要求依法依规办理。",
)
WEIGHTS, DIGITS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"


def person_name(rng: Random) -> str:
    """A name of two or three characters."""
    at = rng.randrange(0, len(GIVEN) - 1)
    return rng.choice(SURNAMES) + (GIVEN[at : at + 2] if rng.random() < 0.8 else GIVEN[at])


def id_number(rng: Random, serial: int) -> str:
    """A number with a right check digit (GB 11643); different for every ``serial`` below 27 million."""
    day = serial // 999
    body = f"{rng.choice(('140802', '140821', '140829'))}{1945 + day // 336 % 60}{day // 28 % 12 + 1:02d}{day % 28 + 1:02d}{serial % 999 + 1:03d}"
    return body + DIGITS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def phone(rng: Random) -> str:
    """A mobile number."""
    return f"1{rng.choice('35789')}{rng.randrange(10**9):09d}"


def address(rng: Random) -> str:
    """Where somebody lives."""
    return f"{rng.choice(PLACES)}{rng.choice(ESTATES)}{rng.randint(1, 28)}号楼{rng.randint(1, 4)}单元{rng.randint(101, 1804)}室"


def matter(rng: Random) -> tuple[str, str, str, str, str]:
    """Subject, facts, demand, category, and whom it is about."""
    what, story, demand, category = rng.choice(MATTERS)
    place = rng.choice(PLACES) + rng.choice(ESTATES)
    slots = {"place": place, "who": rng.choice(FIRMS), "n": rng.randint(2, 38), "month": rng.randint(1, 12)}
    facts = story.format(**slots) + "".join(rng.sample(FURTHER, rng.randint(2, 5)))
    return f"{place}{what}", facts, demand.format(**slots), category, slots["who"]

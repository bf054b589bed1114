"""The organs that handle the demo hall's petitions: in each somebody who handles and checks, and who signs. Invented names."""

from portal.access.permissions import Role

# short name of the organ, its 机关代字; login and name of who handles and checks, of who signs
ORGANS = (
    ("市自然资源和规划局", "运自然资信", ("guojingtao", "郭景涛"), ("zhaoguanying", "赵冠英")),
    ("市住房和城乡建设局", "运住建信", ("luyanqing", "吕彦青"), ("xingjianmin", "邢建民")),
    ("市人力资源和社会保障局", "运人社信", ("jialiping", "贾丽萍"), ("niuzhiyong", "牛志勇")),
    ("盐湖区政府", "盐政信", ("xieyuanyuan", "解媛媛"), ("suhongwei", "苏宏伟")),
    ("平陆县政府", "平政信", ("zhanghaiyun", "张海云"), ("wenshuangxi", "温双喜")),
    ("临猗县政府", "临政信", ("jingxuefei", "荆雪飞"), ("yaozhenhua", "姚振华")),
    ("万荣县政府", "万政信", ("xueaiju", "薛爱菊"), ("fanyongqiang", "范永强")),
    ("闻喜县政府", "闻政信", ("yangchunlan", "杨春兰"), ("renjianjun", "任建军")),
    ("稷山县政府", "稷政信", ("geyulian", "葛玉莲"), ("ningxiaodong", "宁晓东")),
    ("绛县政府", "绛政信", ("hexiumei", "贺秀梅"), ("chaizhenguo", "柴振国")),
    ("垣曲县政府", "垣政信", ("lvxiaohong", "吕晓红"), ("wenguohua", "文国华")),
    ("夏县政府", "夏政信", ("jiaoyanfang", "焦艳芳"), ("guanzhijun", "关志军")),
    ("河津市政府", "河政信", ("yuanshufen", "原淑芬"), ("haojianping", "郝建平")),
)
# login, name, title, roles, platforms, short name of the organ
STAFF = tuple(
    one
    for organ, _, handles, signs in ORGANS
    for one in (
        (*handles, "信访事项承办人", (Role.HANDLER,), ("petition",), organ),
        (*signs, "分管负责人（签发）", (Role.LEADER,), (), organ),
    )
)
WORDS = {organ: word for organ, word, _, _ in ORGANS}

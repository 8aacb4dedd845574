"""What auditors of the demo company have seen on site, by clause of SA8000, and what suppliers answer to it."""

from typing import NamedTuple


class Words(NamedTuple):
    """A finding in the auditor's words, the action that puts it right, and the supplier's word against it."""

    title: str
    facts: str
    wanted: str
    remedy: str
    objection: str


class Seen(NamedTuple):
    """`is_slow`: about hours or wages; it is closed on two months of records (R-CAP-2)."""

    grade: str
    clause: str
    en: Words
    zh: Words
    is_slow: bool = False

    def words(self, language: str) -> Words:
        return self.zh if language == "zh-hans" else self.en


SEEN = [
    Seen(
        "minor",
        "3.3",
        Words(
            "First-aid boxes incomplete",
            "Two of six first-aid boxes lacked dressings; the check list was last signed three months ago.",
            "Photo of the filled boxes and the signed check list",
            "Fill the first-aid boxes; one named person checks them every week",
            "The boxes were at the clinic for filling on that day.",
        ),
        Words(
            "急救箱药品不全",
            "六个急救箱中有两个缺敷料，点检表最近一次签字在三个月前。",
            "补齐后的急救箱照片和已签字的点检表",
            "补齐急救箱，指定专人每周检查",
            "当天急救箱正送医务室补充药品。",
        ),
    ),
    Seen(
        "minor",
        "8.3",
        Words(
            "Payslips do not show overtime of rest days apart",
            "Last month's payslips give one sum for all overtime. Five of eight workers could not explain it.",
            "Payslips of two months that list weekday, rest-day and holiday overtime",
            "Change the payslip: hours and rate of each kind of overtime on a line of its own",
            "The details are on the notice board next to the time clock.",
        ),
        Words(
            "工资条未单列休息日加班",
            "上月工资条只有一个加班费总额，受访的八名员工中有五名说不清如何计算。",
            "连续两个月分列平日、休息日和法定节假日加班的工资条",
            "修改工资条格式，分行列出各类加班的小时数和费率",
            "加班明细公布在打卡机旁的公告栏。",
        ),
        is_slow=True,
    ),
    Seen(
        "minor",
        "9.1.3",
        Words(
            "Policy not displayed in the dormitory",
            "The policy hangs at the gate and in the office, in one language only. The dormitory has none; "
            "some who live there read another language.",
            "Photos of the policy in the workshop and the dormitory, in every language the workers read",
            "Print the policy in all languages and hang it in workshop, canteen and dormitory",
            "The policy is part of the handbook that everybody has.",
        ),
        Words(
            "宿舍未张贴社会责任方针",
            "方针只张贴在大门和办公室，且仅有一种语言。宿舍没有张贴，部分住宿员工阅读其他语言。",
            "车间和宿舍张贴各员工语言版本方针的照片",
            "印制各语言版本的方针，张贴在车间、食堂和宿舍",
            "人手一册的员工手册中已有该方针。",
        ),
    ),
    Seen(
        "minor",
        "7.3",
        Words(
            "Consent to overtime signed afterwards",
            "On three of ten overtime forms the signature is dated one to four days after the shift. "
            "The hours were within the limit.",
            "Overtime forms of two months, signed before the shift",
            "Overtime is entered in the time system only after the worker has agreed",
            "The workers had agreed by word of mouth before the shift.",
        ),
        Words(
            "加班同意书事后补签",
            "抽查的十份加班申请单中，有三份签字日期晚于班次一至四天；加班时数未超限。",
            "连续两个月班前签字的加班申请单",
            "员工确认后考勤系统才允许登记加班",
            "班前员工已口头同意。",
        ),
        is_slow=True,
    ),
    Seen(
        "minor",
        "9.5.1",
        Words(
            "New workers do not know the complaint channel",
            "Four of seven workers who came in the last two months could not name any way to complain. "
            "Their introduction took 20 minutes, without a test.",
            "Training record with test results of everybody who came this year",
            "Make the introduction an hour long, with a short test",
            "The channel is explained on the first day; they may have forgotten.",
        ),
        Words(
            "新员工不了解申诉渠道",
            "近两个月入职的七名受访员工中，有四名说不出任何申诉途径。入职培训仅20分钟，没有测验。",
            "今年全部新员工的培训记录和测验成绩",
            "入职培训延长至一小时，并增加简短测验",
            "入职第一天已讲解，员工可能忘记了。",
        ),
    ),
    Seen(
        "minor",
        "9.4.2",
        Words(
            "Internal audit left out canteen and warehouse",
            "This year's internal audit covers the workshop only. Its three points have neither date nor owner.",
            "Report of an internal audit of all areas, with its list of actions",
            "Audit every area once a year by a plan; each point gets a name and a date",
            "Canteen and warehouse are planned for the next quarter.",
        ),
        Words(
            "内部审核未覆盖食堂和仓库",
            "今年的内部审核只涉及车间，提出的三项问题没有期限，也没有责任人。",
            "覆盖所有区域的内部审核报告及整改清单",
            "按计划每年对各区域审核一次，每项问题明确责任人和期限",
            "食堂和仓库计划在下季度审核。",
        ),
    ),
    Seen(
        "minor",
        "3.10",
        Words(
            "Workers do not know that they may leave danger",
            "Three of eight workers did not know that they may stop the line and leave when there is danger.",
            "Record of the briefing with signatures; the notice at each line",
            "Brief every line on the right to leave danger; put it up at each line",
            "It is part of the induction of new workers.",
        ),
        Words(
            "部分员工不知道遇险可先撤离",
            "受访的八名员工中有三名不知道遇到危险可以停线并撤离。",
            "带签字的宣导记录和各产线张贴的告示",
            "向各产线宣导遇险撤离权，并在产线旁张贴告示",
            "入职培训中已包含该内容。",
        ),
    ),
    Seen(
        "minor",
        "1.2",
        Words(
            "Plan for a child found at work names no school",
            "The written plan does not say who pays the school fees and which school takes the child.",
            "The completed plan, approved by the management",
            "Complete the plan: school, costs and the person in charge",
            "The plan was made from the template of the trade association.",
        ),
        Words(
            "童工救助计划未写明就学安排",
            "书面救助计划未写明由谁承担学费、由哪所学校接收。",
            "经管理层批准的完整计划",
            "补充计划：学校、费用和负责人",
            "计划是按行业协会模板制定的。",
        ),
    ),
    Seen(
        "minor",
        "2.3",
        Words(
            "Medical check paid by workers themselves",
            "Two of eight workers paid the medical check before hiring and have no repayment on the payslip.",
            "Proof of the repayment to both workers, and the changed hiring rule",
            "Repay the checks and pay them directly to the clinic from now on",
            "The receipts had not been handed in yet.",
        ),
        Words(
            "部分员工自付入职体检费",
            "受访的八名员工中有两名自付入职体检费，工资条上未见报销。",
            "两名员工的报销凭证及修订后的招聘规定",
            "退还体检费，今后由公司直接与医院结算",
            "员工当时尚未提交发票。",
        ),
    ),
    Seen(
        "minor",
        "4.3",
        Words(
            "Worker representatives have no place to meet",
            "The representatives meet in the canteen after the shift; no room is offered.",
            "Photo of the room with the notice of meeting times",
            "Offer a room once a month in working time",
            "Nobody had asked for a room.",
        ),
        Words(
            "员工代表没有会议场所",
            "员工代表下班后在食堂开会，公司未提供场所。",
            "会议室及会议时间告示的照片",
            "每月在工作时间内提供一次会议室",
            "此前没有人提出过需要。",
        ),
    ),
    Seen(
        "minor",
        "5.1",
        Words(
            "Job advertisement asks for an age",
            "The notice at the gate looks for operators “18 to 35 years old”.",
            "Photo of the new notice; the recruiter's instruction",
            "Take the age out of all advertisements; instruct the recruiters",
            "The agency put up the notice.",
        ),
        Words(
            "招聘启事限定年龄",
            "厂门口的启事招聘“18至35岁”的操作工。",
            "新启事照片及对招聘人员的要求",
            "删除所有招聘启事中的年龄限制，并培训招聘人员",
            "该启事由劳务公司张贴。",
        ),
    ),
    Seen(
        "major",
        "3.1",
        Words(
            "Fire exit of the workshop was locked during the shift",
            "One of two exits on the first floor was locked with a padlock at 10:20. 38 people worked there.",
            "Photo of the open exit with date, and the record of a fire drill",
            "Replace the padlock by a panic bar; one named person checks the exits every week",
            "The exit was under repair that day, with a warning sign.",
        ),
        Words(
            "车间一处消防出口在班次期间上锁",
            "10:20 一楼两个出口中有一个挂锁，当时有38人在岗。",
            "带日期的出口畅通照片和消防演练记录",
            "更换为推杆锁，指定专人每周检查出口",
            "当天出口在维修，已放置警示牌。",
        ),
    ),
    Seen(
        "major",
        "3.7",
        Words(
            "Solvents in drinking bottles, without labels",
            "At three of nine places thinner stood in water bottles without a label. "
            "No safety data sheet was within reach, and the eye shower had no water.",
            "Photos of labelled containers and of the working eye shower; list of chemicals with data sheets",
            "Buy labelled containers, hang up data sheets, test the eye shower every week",
            "The bottles had been filled for cleaning on that morning only.",
        ),
        Words(
            "溶剂装在饮料瓶中且无标签",
            "九个工位中有三个用矿泉水瓶盛放稀释剂，没有标签；附近没有安全技术说明书，洗眼器不出水。",
            "贴有标签的容器和可正常使用的洗眼器照片，附安全技术说明书的化学品清单",
            "采购带标签的专用容器，张贴安全技术说明书，每周测试洗眼器",
            "当天早上仅为清洁临时分装。",
        ),
    ),
    Seen(
        "major",
        "9.10.1",
        Words(
            "Labour agency never looked at",
            "About one worker in seven comes from an agency. "
            "There was no copy of its licence, and nobody had asked what the workers pay it.",
            "Licence and contract of the agency, and a record of interviews with ten agency workers about fees",
            "Check each agency before the contract and once a year, with interviews about fees",
            "The agency is known to us for many years.",
        ),
        Words(
            "从未审查劳务派遣机构",
            "约七分之一的员工为派遣工。现场没有派遣机构的许可证副本，也没有人了解过派遣工向其支付的费用。",
            "派遣机构的许可证和合同，以及就费用访谈十名派遣工的记录",
            "签约前及每年审查派遣机构，并就收费情况访谈派遣工",
            "该派遣机构与我司合作多年。",
        ),
    ),
    Seen(
        "major",
        "7.2",
        Words(
            "13 days without a day off in the plating line",
            "By the time records 9 of 26 workers of the plating line worked 13 days in a row last month.",
            "Time records of two months with a day off in every week",
            "Plan a day off after six days at most; the time system locks the seventh",
            "Two workers were ill and had to be replaced.",
        ),
        Words(
            "电镀线连续工作13天无休息日",
            "考勤记录显示，电镀线26名员工中有9名上月连续上班13天，没有休息日。",
            "连续两个月每周至少休息一天的考勤记录",
            "排班最多连续六天，考勤系统锁定第七天",
            "两名员工生病，必须有人顶班。",
        ),
        is_slow=True,
    ),
    Seen(
        "major",
        "8.2",
        Words(
            "Wages cut for being late",
            "The works rules set a fine of an hour's wage for each time somebody is late. "
            "Last month 17 wages were cut by it.",
            "New works rules, record of the sums paid back, payslips of two months without fines",
            "Strike the fines from the works rules, pay back what was taken, talk and warn in writing instead",
            "The rule was decided together with the workers' representatives.",
        ),
        Words(
            "因迟到扣减工资",
            "厂规规定每迟到一次扣一小时工资，上月有17人的工资因此被扣。",
            "修订后的厂规、退还款项的签收记录，以及连续两个月无罚款的工资条",
            "删除厂规中的罚款条款，退还已扣款项，改为谈话和书面警告",
            "该规定是与职工代表共同制定的。",
        ),
        is_slow=True,
    ),
    Seen(
        "major",
        "9.6.1",
        Words(
            "Complaint box under a camera",
            "The only complaint box hangs at the door of the personnel office, under a camera. "
            "It was last opened half a year ago; no record says what was in it.",
            "Photos of the new places, record of openings, and the notice that tells workers of it",
            "Move the boxes to places without cameras, add a number to write to, answer within two weeks",
            "The camera does not record sound.",
        ),
        Words(
            "意见箱设在摄像头下",
            "唯一的意见箱挂在人事办公室门口，正对摄像头；最近一次开箱在半年前，没有内容记录。",
            "新位置的照片、开箱记录和告知员工的通知",
            "将意见箱移至无摄像头处，增设匿名渠道，两周内答复",
            "该摄像头不录音。",
        ),
    ),
]


class Answer(NamedTuple):
    """What a supplier writes whatever was seen: the cause, the first action, and what keeps it from coming again."""

    cause: str
    immediate: str
    preventive: str


ANSWERS = {
    "en": Answer(
        "The check list leaves this out, and nobody was named to look after it.",
        "Put right at once, with photos or records",
        "Add it to the monthly inspection; train the line leaders",
    ),
    "zh-hans": Answer(
        "检查表没有包含该项，且没有指定责任人。",
        "立即纠正，并留存照片或记录",
        "纳入月度巡查表并培训班组长",
    ),
}


def suited(grade: str, clauses: set[str], *, is_quick: bool) -> list[Seen]:
    """What may be seen at a review that asks about these clauses; `is_quick`: nothing that takes two months."""
    return [seen for seen in SEEN if seen.grade == grade and seen.clause in clauses and not (is_quick and seen.is_slow)]

"""The people of the operating company: 25 of them trained, 6 of these with auditor certificates."""

from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from csr_portal.core.models import Organisation, User
from csr_portal.core.roles import Role
from csr_portal.demo import PASSWORD

# email, name, Latin name, job in the script of the name, roles, language
STAFF = [
    ("buyer", "Anna Keller", "", "Purchasing, metals", [Role.BUYER], "en"),
    ("buyer2", "王建华", "Wang Jianhua", "电子采购经理", [Role.BUYER], "zh-hans"),
    ("buyer3", "鈴木 直子", "Suzuki Naoko", "購買担当（日本）", [Role.BUYER], "ja"),
    ("buyer4", "李晓燕", "Li Xiaoyan", "塑胶采购经理", [Role.BUYER], "zh-hans"),
    ("buyer5", "Tomasz Zieliński", "Tomasz Zielinski", "Purchasing, indirect", [Role.BUYER], "en"),
    ("csr", "刘芳", "Liu Fang", "社会责任经理", [Role.CSR_MANAGER], "en"),
    ("csr2", "陈一鸣", "Chen Yiming", "社会责任总监", [Role.CSR_MANAGER], "zh-hans"),
    ("csr3", "Ingrid Halvorsen", "", "CSR manager Europe", [Role.CSR_MANAGER], "en"),
    ("auditor", "Mia Brandt", "", "Lead auditor", [Role.AUDITOR], "en"),
    ("auditor2", "张志明", "Zhang Zhiming", "主任审核员", [Role.AUDITOR], "zh-hans"),
    ("auditor3", "周敏", "Zhou Min", "审核员", [Role.AUDITOR], "zh-hans"),
    ("auditor4", "高橋 誠", "Takahashi Makoto", "監査員", [Role.AUDITOR], "ja"),
    ("auditor5", "Nguyễn Thị Lan", "Nguyen Thi Lan", "Auditor", [Role.AUDITOR], "en"),
    ("auditor6", "黄俊杰", "Huang Junjie", "审核员", [Role.AUDITOR], "zh-hans"),
    ("training", "佐藤 由紀", "Sato Yuki", "研修コーディネーター", [Role.TRAINING_COORDINATOR], "en"),
    ("admin", "Jonas Weber", "", "IT", [Role.ADMINISTRATOR], "en"),
    ("ehs", "吴丽娟", "Wu Lijuan", "EHS主管（一厂）", [], "zh-hans"),
    ("ehs2", "林伟", "Lin Wei", "EHS主管（二厂）", [], "zh-hans"),
    ("ehs3", "Petra Vogel", "", "EHS Europe", [], "en"),
    ("hr", "郑雪梅", "Zheng Xuemei", "人力资源经理", [], "zh-hans"),
    ("hr2", "Claire Dubois", "", "Human resources", [], "en"),
    ("quality", "田中 健一", "Tanaka Kenichi", "品質管理担当", [], "ja"),
    ("quality2", "陈秀英", "Chen Xiuying", "质量工程师", [], "zh-hans"),
    ("legal", "Dr. Martin Falk", "", "Legal", [], "en"),
    ("sustain", "Sofia Lindqvist", "", "Sustainability", [], "en"),
    ("energy", "王浩然", "Wang Haoran", "能源与环境主管", [], "zh-hans"),
]
TRAINED = 25


@dataclass
class Staff:
    """Who is who, by the first part of the address."""

    people: dict[str, User] = field(default_factory=dict)

    def __getitem__(self, key: str) -> User:
        return self.people[key]

    def with_role(self, role: str) -> list[User]:
        return [person for person in self.people.values() if role in person.roles]

    @property
    def buyers(self) -> list[User]:
        return self.with_role(Role.BUYER)

    @property
    def auditors(self) -> list[User]:
        return self.with_role(Role.AUDITOR)


def hire() -> Staff:
    """The company and its people; everybody who logs in has the demo's password."""
    Organisation.objects.update_or_create(
        pk=1,
        defaults={
            "name": "Nordhaven Group",
            "name_latin": "Nordhaven Group",
            "address": "Speicherstraße 12, 20457 Hamburg",
            "country": "DE",
            "registration_number": "HRB 104417",
            "contact_email": "csr@demo.example",
            "signatory_name": "Ingrid Halvorsen",
            "signatory_title": "Chief Procurement Officer",
            "language": "en",
        },
    )
    hashed = make_password(PASSWORD)
    staff = Staff()
    for key, name, latin, job, roles, language in STAFF:
        person = User(
            email=f"{key}@demo.example",
            name=name,
            name_latin=latin,
            job_title=job,
            language=language,
            password=hashed,
            is_staff=Role.ADMINISTRATOR in roles,
            is_superuser=Role.ADMINISTRATOR in roles,
        )
        person.save()
        person.groups.set(Group.objects.filter(name__in=roles))
        staff.people[key] = person
    return staff


def find() -> Staff:
    """The people that `hire` has made."""
    people = {person.email: person for person in User.objects.filter(email__endswith="@demo.example")}
    return Staff({key: people[f"{key}@demo.example"] for key, *_rest in STAFF})

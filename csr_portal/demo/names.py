"""Invented companies, places and people in local script and Latin letters. The same seed gives the same names."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from suppliers import identity
from suppliers.states import RegistrationKind


@dataclass(frozen=True)
class Place:
    local: str
    latin: str
    region: str
    time_zone: str


@dataclass(frozen=True)
class Company:
    name: str
    name_latin: str
    country: str
    place: Place
    language: str
    registration_kind: str
    registration_number: str
    category: str


@dataclass(frozen=True)
class Person:
    name: str
    name_latin: str


HOW_MANY = {"CN": 216, "JP": 36, "VN": 30, "TW": 18, "KR": 14, "DE": 16, "MY": 12, "PL": 10, "MX": 8}

PLACES = {
    "CN": [
        ("东莞", "Dongguan", "广东省"),
        ("深圳", "Shenzhen", "广东省"),
        ("佛山", "Foshan", "广东省"),
        ("中山", "Zhongshan", "广东省"),
        ("苏州", "Suzhou", "江苏省"),
        ("昆山", "Kunshan", "江苏省"),
        ("无锡", "Wuxi", "江苏省"),
        ("常州", "Changzhou", "江苏省"),
        ("宁波", "Ningbo", "浙江省"),
        ("嘉兴", "Jiaxing", "浙江省"),
        ("厦门", "Xiamen", "福建省"),
        ("合肥", "Hefei", "安徽省"),
    ],
    "JP": [
        ("諏訪", "Suwa", "長野県"),
        ("浜松", "Hamamatsu", "静岡県"),
        ("東大阪", "Higashiosaka", "大阪府"),
        ("燕", "Tsubame", "新潟県"),
    ],
    "VN": [
        ("Bắc Ninh", "Bac Ninh", "Bắc Ninh"),
        ("Hải Phòng", "Hai Phong", "Hải Phòng"),
        ("Bình Dương", "Binh Duong", "Bình Dương"),
    ],
    "TW": [("桃園", "Taoyuan", "桃園市"), ("新竹", "Hsinchu", "新竹市"), ("臺中", "Taichung", "臺中市")],
    "KR": [("구미", "Gumi", "경상북도"), ("안산", "Ansan", "경기도"), ("창원", "Changwon", "경상남도")],
    "DE": [
        ("Lüdenscheid", "Luedenscheid", "Nordrhein-Westfalen"),
        ("Gera", "Gera", "Thüringen"),
        ("Weißenfels", "Weissenfels", "Sachsen-Anhalt"),
    ],
    "MY": [("Pulau Pinang", "Penang", "Pulau Pinang"), ("Johor Bahru", "Johor Bahru", "Johor")],
    "PL": [("Łódź", "Lodz", "Łódzkie"), ("Wrocław", "Wroclaw", "Dolnośląskie")],
    "MX": [("Querétaro", "Queretaro", "Querétaro"), ("Ciudad Juárez", "Ciudad Juarez", "Chihuahua")],
}
ZONES = {
    "CN": "Asia/Shanghai",
    "JP": "Asia/Tokyo",
    "VN": "Asia/Ho_Chi_Minh",
    "TW": "Asia/Taipei",
    "KR": "Asia/Seoul",
    "DE": "Europe/Berlin",
    "MY": "Asia/Kuala_Lumpur",
    "PL": "Europe/Warsaw",
    "MX": "America/Mexico_City",
}
# category code: trade in Chinese, Japanese, English
TRADES = {
    "metal-stamping": ("五金制品", "金属工業", "Metal Products"),
    "pcb": ("电路板", "プリント基板", "Circuit Boards"),
    "plastics": ("精密塑胶", "樹脂成形", "Precision Plastics"),
    "packaging": ("包装材料", "包装資材", "Packaging"),
    "wire-harness": ("线束", "ハーネス", "Wire Harness"),
    "chemicals": ("化工", "化学", "Chemicals"),
    "solar": ("光伏材料", "太陽光材料", "Solar Materials"),
    "logistics": ("物流", "物流", "Logistics"),
    "ppe": ("劳保用品", "保護具", "Safety Wear"),
    "tooling": ("模具", "金型", "Tooling"),
}
BRANDS_ZH = [
    ("宏达", "Hongda"), ("启明", "Qiming"), ("联创", "Lianchuang"), ("恒信", "Hengxin"), ("永盛", "Yongsheng"),
    ("佳讯", "Jiaxun"), ("瑞德", "Ruide"), ("金源", "Jinyuan"), ("华泰", "Huatai"), ("明辉", "Minghui"),
    ("鑫龙", "Xinlong"), ("博远", "Boyuan"), ("正和", "Zhenghe"), ("天润", "Tianrun"), ("东升", "Dongsheng"),
    ("安达", "Anda"), ("长兴", "Changxing"), ("福临", "Fulin"), ("嘉业", "Jiaye"), ("泰康源", "Taikangyuan"),
]  # fmt: skip
BRANDS_JA = [
    ("高見", "Takami"), ("東和", "Towa"), ("三栄", "Sanei"), ("北原", "Kitahara"), ("富士沢", "Fujisawa"),
    ("大川", "Okawa"), ("日東", "Nitto Seiki"), ("松井", "Matsui"), ("長谷", "Hase"), ("宮本", "Miyamoto"),
]  # fmt: skip
BRANDS_VI = [
    ("Minh Phát", "Minh Phat"),
    ("Hoàng Long", "Hoang Long"),
    ("Đại Thành", "Dai Thanh"),
    ("An Khang", "An Khang"),
    ("Việt Hưng", "Viet Hung"),
    ("Thiên Phú", "Thien Phu"),
    ("Tân Tiến", "Tan Tien"),
    ("Phúc Lộc", "Phuc Loc"),
    ("Nam Sơn", "Nam Son"),
    ("Trường Giang", "Truong Giang"),
]
BRANDS_KO = [
    ("한빛", "Hanbit"),
    ("대성", "Daesung"),
    ("신우", "Shinwoo"),
    ("동아", "Donga"),
    ("세종", "Sejong"),
    ("미래", "Mirae"),
    ("우진", "Woojin"),
]
BRANDS_LATIN = {
    "DE": ["Brandt", "Kessler", "Hartwig", "Vogtland", "Steiner", "Lohmeyer", "Petersen", "Rieger"],
    "MY": ["Sri Maju", "Bintang", "Selatan", "Utama Jaya", "Perdana", "Cahaya"],
    "PL": ["Polmet", "Odrzański", "Wisła", "Karpaty", "Sudety"],
    "MX": ["Norteña", "Bajío", "Del Valle", "Azteca"],
}
LATIN_ENDING = {"DE": "GmbH", "MY": "Sdn. Bhd.", "PL": "Sp. z o.o.", "MX": "S.A. de C.V."}
PEOPLE = {
    "zh": [("刘", "Liu"), ("陈", "Chen"), ("王", "Wang"), ("李", "Li"), ("张", "Zhang"), ("黄", "Huang"), ("吴", "Wu"), ("周", "Zhou"), ("林", "Lin"), ("郑", "Zheng")],
    "zh-given": [("敏", "Min"), ("国强", "Guoqiang"), ("丽娟", "Lijuan"), ("志明", "Zhiming"), ("晓燕", "Xiaoyan"), ("建华", "Jianhua"), ("芳", "Fang"), ("伟", "Wei"), ("秀英", "Xiuying"), ("浩然", "Haoran"), ("雪梅", "Xuemei"), ("俊杰", "Junjie")],
    "ja": [("佐藤", "Sato"), ("鈴木", "Suzuki"), ("高橋", "Takahashi"), ("田中", "Tanaka"), ("渡辺", "Watanabe"), ("伊藤", "Ito")],
    "ja-given": [("由紀", "Yuki"), ("健一", "Kenichi"), ("直子", "Naoko"), ("大輔", "Daisuke"), ("恵", "Megumi"), ("誠", "Makoto")],
    "vi": [("Nguyễn Thị Hoa", "Nguyen Thi Hoa"), ("Trần Văn Minh", "Tran Van Minh"), ("Lê Thu Hà", "Le Thu Ha"), ("Phạm Quốc Anh", "Pham Quoc Anh"), ("Võ Thanh Tùng", "Vo Thanh Tung")],
    "ko": [("김민수", "Kim Min-su"), ("이지은", "Lee Ji-eun"), ("박준호", "Park Jun-ho"), ("최수진", "Choi Su-jin")],
    "DE": [("Katrin Jäger", "Katrin Jaeger"), ("Uwe Lohmeyer", "Uwe Lohmeyer"), ("Sabine Groß", "Sabine Gross")],
    "MY": [("Nurul Aisyah", "Nurul Aisyah"), ("Lim Wei Jie", "Lim Wei Jie"), ("Siva Kumar", "Siva Kumar")],
    "PL": [("Agnieszka Wójcik", "Agnieszka Wojcik"), ("Paweł Król", "Pawel Krol")],
    "MX": [("María Peña", "Maria Pena"), ("José Ibáñez", "Jose Ibanez")],
}  # fmt: skip


def companies(dice: random.Random) -> Iterator[Company]:
    """All invented companies, each name once, spread over countries and categories."""
    taken: set[str] = set()
    categories = list(TRADES)
    for country, how_many in HOW_MANY.items():
        made = 0
        while made < how_many:
            place = Place(*dice.choice(PLACES[country]), ZONES[country])
            category = categories[(made + len(taken)) % len(categories)]
            name, latin = _company_name(country, place, category, dice)
            if name in taken:
                continue
            taken.add(name)
            made += 1
            kind, number = _registration(country, dice)
            language = {"CN": "zh-hans", "TW": "zh-hans", "JP": "ja"}.get(country, "en")
            yield Company(name, latin, country, place, language, kind, number, category)


def _company_name(country: str, place: Place, category: str, dice: random.Random) -> tuple[str, str]:
    chinese, japanese, english = TRADES[category]
    match country:
        case "CN" | "TW":
            local, latin = dice.choice(BRANDS_ZH)
            ending = "有限公司" if country == "CN" else "股份有限公司"
            return f"{place.local}{local}{chinese}{ending}", f"{place.latin} {latin} {english} Co., Ltd."
        case "JP":
            local, latin = dice.choice(BRANDS_JA)
            return f"株式会社{local}{japanese}{place.local}", f"{latin} {english} {place.latin} K.K."
        case "VN":
            local, latin = dice.choice(BRANDS_VI)
            return f"Công ty TNHH {local} {place.local} {english}", f"{latin} {place.latin} {english} Co., Ltd."
        case "KR":
            local, latin = dice.choice(BRANDS_KO)
            return f"주식회사 {local} {place.local} {english}", f"{latin} {english} {place.latin} Co., Ltd."
        case _:
            local = f"{dice.choice(BRANDS_LATIN[country])} {english} {place.local} {LATIN_ENDING[country]}"
            return local, local.replace(place.local, place.latin)


def _registration(country: str, dice: random.Random) -> tuple[str, str]:
    """A number that fits its own check digit."""
    kind = identity.KIND_BY_COUNTRY.get(country, RegistrationKind.OTHER)
    match kind:
        case RegistrationKind.USCC:
            stem = f"91{dice.randrange(110000, 659000)}MA{''.join(dice.choice(identity.USCC_DIGITS) for _ in range(7))}"
            return kind, _completed(kind, stem, identity.USCC_DIGITS, at_end=True)
        case RegistrationKind.JP_CORPORATE:
            return kind, _completed(kind, f"{dice.randrange(10**12):012d}", "123456789", at_end=False)
        case RegistrationKind.MST:
            while True:
                stem = f"0{dice.randrange(10**8):08d}"
                if number := _completed(kind, stem, "0123456789", at_end=True):
                    return kind, number
        case RegistrationKind.VAT:
            return kind, f"{country}{dice.randrange(10**8, 10**9)}"
        case _:
            return kind, f"{dice.randrange(10**7, 10**8)}"


def _completed(kind: str, stem: str, digits: str, *, at_end: bool) -> str:
    candidates = (stem + d if at_end else d + stem for d in digits)
    return next((number for number in candidates if identity.has_valid_check_digit(kind, number)), "")


def person(country: str, dice: random.Random) -> Person:
    """A name of somebody who works there."""
    match country:
        case "CN" | "TW" | "JP":
            script = "ja" if country == "JP" else "zh"
            family, given = dice.choice(PEOPLE[script]), dice.choice(PEOPLE[f"{script}-given"])
            gap = " " if script == "ja" else ""
            return Person(f"{family[0]}{gap}{given[0]}", f"{family[1]} {given[1]}")
        case _:
            return Person(*dice.choice(PEOPLE[{"VN": "vi", "KR": "ko"}.get(country, country)]))

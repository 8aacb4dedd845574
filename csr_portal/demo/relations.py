"""The suppliers of the demo company from invitation to admission, some suspended or ended; sites, certificates."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from csr_portal.core.models import User
from csr_portal.core.timezones import last_valid_day
from csr_portal.demo import PASSWORD, names
from csr_portal.demo.staff import Staff
from csr_portal.demo.story import Story
from suppliers import workflow
from suppliers.forms.sites import SiteForm
from suppliers.models import Category, Certificate, Site, Supplier
from suppliers.states import Spend, SupplierStatus
from suppliers.workflow import certificates, invitations, profile

CLERK = "clerk@demo.example"
# How many end where; everybody else is cooperating. The first part is there when the portal opens, the rest follows.
FIRST_PART = 60
ENDS = [
    {"strategic": 15, "registered": 4, "invited": 4, "declined": 2, "ended": 2, "suspended": 2},
    {"strategic": 39, "registered": 12, "invited": 8, "declined": 4, "ended": 6, "suspended": 4},
]
STILL_OPEN = [2, 11]  # of the 334 in relation so many have no agreement in force: 96 % coverage


@dataclass
class Relation:
    """One supplier's way through the story: who it is, where it ends, and what has been made for it so far."""

    company: names.Company
    goal: str
    place: int
    supplier: Any = None
    clerk: Any = None
    signatory: names.Person | None = None
    stays_open: bool = False
    sites: list[Site] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def is_active(self) -> bool:
        return self.goal in {"strategic", "cooperating", "suspended"}

    @property
    def fresh(self) -> Supplier:
        return Supplier.objects.get(pk=self.supplier.pk)


def cast(story: Story) -> list[list[Relation]]:
    """Who will be a supplier, and what becomes of each: the first part and the rest."""
    companies = list(names.companies(story.dice))
    story.dice.shuffle(companies)
    first = next(company for company in companies if company.country == "CN" and company.category == "metal-stamping")
    companies.remove(first)
    companies.insert(0, first)
    parts = [companies[:FIRST_PART], companies[FIRST_PART:]]
    return [
        _part(story, part, ends, still_open, number * FIRST_PART)
        for number, (part, ends, still_open) in enumerate(zip(parts, ENDS, STILL_OPEN, strict=True))
    ]


def _part(
    story: Story, companies: list[names.Company], ends: dict[str, int], still_open: int, first_place: int
) -> list[Relation]:
    goals = [goal for goal, number in ends.items() for _ in range(number)]
    goals += ["cooperating"] * (len(companies) - len(goals))
    story.dice.shuffle(goals)
    first_strategic = goals.index("strategic")
    goals[0], goals[first_strategic] = goals[first_strategic], goals[0]
    pairs = enumerate(zip(companies, goals, strict=True), start=first_place)
    relations = [Relation(company, goal, place) for place, (company, goal) in pairs]
    for relation in relations:
        relation.signatory = names.person(relation.company.country, story.dice)
    for relation in [r for r in relations if r.goal == "registered"][:still_open]:
        relation.stays_open = True
    return relations


def begin(story: Story, staff: Staff, relation: Relation, then: Any) -> None:
    """Plan the invitation and what follows; `then(relation, moment)` plans the commitment after registration."""
    oldest = 1080 if relation.place else 1070
    age = {"invited": (2, 40), "registered": (8, 60), "declined": (60, 700)}.get(relation.goal, (260, oldest))
    moment = story.days_ago(oldest if relation.place == 0 else story.dice.randint(*age))
    story.at(moment, invite, story, staff, relation)
    if relation.goal == "invited":
        return
    if relation.goal == "declined":
        story.at(story.after(moment, 5, 30), decline, staff, relation)
        return
    registered = story.after(moment, 1, 9)
    story.at(registered, register, story, relation)
    then(relation, registered)


def invite(story: Story, staff: Staff, relation: Relation) -> None:
    company, dice = relation.company, story.dice
    buyer = staff.buyers[0] if relation.place == 0 else _buyer(staff, relation)
    category = Category.objects.get(code=company.category)
    contact = names.person(company.country, dice)
    relation.notes["contact"] = contact
    invitation = invitations.invite_supplier(
        by=buyer,
        categories=[category],
        name=company.name,
        name_latin=company.name_latin,
        country=company.country,
        region=company.place.region,
        city=company.place.local,
        registration_number=company.registration_number,
        language=company.language,
        spend=Spend.STRATEGIC if relation.goal == "strategic" else dice.choice([Spend.MINOR, Spend.MINOR, Spend.KEY]),
        email=CLERK if relation.place == 0 else f"csr{relation.place}@supplier{relation.place}.example",
        person=contact.name,
    )
    relation.supplier, relation.notes["invitation"] = invitation.supplier, invitation


def _buyer(staff: Staff, relation: Relation) -> User:
    if relation.company.country == "JP":
        return staff["buyer3"]
    return staff.buyers[(0, 1, 3, 4)[relation.place % 4]]


def register(story: Story, relation: Relation) -> None:
    """The clerk opens the link and registers; then the sites are described."""
    company, contact = relation.company, relation.notes["contact"]
    person = {
        "name": contact.name,
        "phone": f"+86 138{story.dice.randrange(10**8):08d}" if company.country == "CN" else "",
        "password": PASSWORD if relation.place == 0 else None,
        "language": company.language,
    }
    invitations.mark_opened(relation.notes["invitation"])
    made = invitations.register(
        relation.notes["invitation"],
        person=person,
        company={
            "name": company.name,
            "name_latin": company.name_latin,
            "country": company.country,
            "registration_number": company.registration_number,
            "city": company.place.local,
            "address": _address(story, company),
        },
    )
    relation.clerk = made.user
    relation.clerk.name_latin = contact.name_latin
    relation.clerk.time_zone = company.place.time_zone
    relation.clerk.save(update_fields=["name_latin", "time_zone"])
    relation.supplier = relation.fresh
    describe_sites(story, relation)


def _address(story: Story, company: names.Company) -> str:
    number = story.dice.randrange(1, 400)
    if company.country in {"CN", "TW"}:
        return f"{company.place.local}市工业大道{number}号"
    return f"{number} Industrial Road, {company.place.latin}"


def describe_sites(story: Story, relation: Relation) -> None:
    """One to three sites with headcount: the first one is there from the registration."""
    company, dice = relation.company, story.dice
    how_many = 2 if relation.place == 0 else dice.choice([1, 1, 1, 1, 2, 2, 3])
    existing = list(relation.supplier.sites.order_by("pk"))
    for number in range(how_many):
        site = existing[number] if number < len(existing) else Site()
        form = SiteForm(_headcount(story, relation, number), instance=site)
        if not form.is_valid():
            raise ValueError(f"{company.name}: {form.errors}")
        relation.sites.append(profile.save_site(form, supplier=relation.supplier, by=relation.clerk))
    relation.supplier = relation.fresh


def _headcount(story: Story, relation: Relation, number: int) -> dict[str, Any]:
    company, dice = relation.company, story.dice
    workers = dice.choice([38, 64, 86, 120, 186, 240, 350, 520, 860]) // (number + 1) + dice.randrange(12)
    women = round(workers * dice.uniform(0.3, 0.62))
    chinese = company.country in {"CN", "TW"}
    return {
        "name": _site_name(company, number),
        "name_latin": f"{company.place.latin} plant {number + 1}",
        "country": company.country,
        "region": company.place.region,
        "city": company.place.local,
        "address": _address(story, company),
        "time_zone": company.place.time_zone,
        "is_supplying": number < 2,
        "is_active": True,
        "workers_women": women,
        "workers_men": workers - women,
        "workers_young": dice.choice([0, 0, 0, 1, 3]),
        "workers_dispatched": round(workers * dice.choice([0, 0, 0.05, 0.12])),
        "workers_migrant": round(workers * 0.25) if company.country == "MY" else 0,
        "workers_temporary": round(workers * dice.choice([0, 0.04, 0.1])),
        "has_dormitory": chinese and workers > 80,
        "uses_chemicals": company.category in {"pcb", "chemicals", "solar", "metal-stamping"},
        "processes": "",
        "categories": [Category.objects.get(code=company.category).pk],
    }


def _site_name(company: names.Company, number: int) -> str:
    if company.country in {"CN", "TW"}:
        return company.place.local + ("一厂", "二厂", "仓库")[number]
    return f"{company.place.local} {number + 1}"


def decline(staff: Staff, relation: Relation) -> None:
    supplier = relation.fresh
    workflow.decline(supplier, by=supplier.owner, reason="No further need in this category")


def admit(relation: Relation) -> None:
    supplier = relation.fresh
    workflow.admit(supplier, by=supplier.owner)


def suspend(relation: Relation) -> None:
    supplier = relation.fresh
    if supplier.status in {SupplierStatus.COOPERATING, SupplierStatus.STRATEGIC}:
        workflow.suspend(supplier, by=supplier.owner, reason="Unannounced visit refused; site review planned anew")


def end(relation: Relation) -> None:
    supplier = relation.fresh
    workflow.end(supplier, by=supplier.owner, reason="Product line discontinued")


def certify(story: Story, staff: Staff, relation: Relation, standard: str, result: str = "") -> Certificate:
    """The supplier registers a certificate of its first site; the CSR manager looks it up."""
    issued = story.now.date() - dt.timedelta(days=story.dice.randint(60, 900))
    years = 3 if standard in {"sa8000", "iso45001", "iso14001"} else 2
    certificate = certificates.submit_certificate(
        relation.fresh,
        sites=relation.sites[:1],
        by=relation.clerk,
        standard=standard,
        edition={"sa8000": "2014", "iso45001": "2018", "iso14001": "2015"}.get(standard, ""),
        number=f"{standard.upper().replace('_', '-')}-{story.dice.randrange(10**5, 10**6)}",
        holder=relation.company.name,
        scope="Design and manufacture of " + names.TRADES[relation.company.category][2].lower(),
        body=story.dice.choice(["Rheinwerk Certification", "Pacific Assurance", "Nordic Social Audit"]),
        accreditation="SAAS" if standard == "sa8000" else "CNAS",
        result=result,
        headcount=relation.sites[0].workers,
        issued_on=issued,
        first_issued_on=issued,
        expires_on=last_valid_day(issued, years=years),
    )
    if story.dice.random() < 0.85:
        how = "Looked up in the certification body's public register; name, site and scope agree"
        certificates.verify_certificate(certificate, how=how, by=staff["csr"])
    return certificate

"""How the supplier list grows: first page, page 1,000 and searches at 1,000 and 100,000 suppliers, on PostgreSQL.

Run with `make bench`. Makes two databases of its own, fills them, asks both lists in turn through the whole stack
(session, user, template), so that whatever else the machine does slows both alike, and prints median and 95th
percentile; then drops the databases.
"""

import os
import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("SECRET_KEY", "only-for-the-benchmark")
os.environ.setdefault("ALLOWED_HOSTS", "testserver")
os.environ.setdefault("LOG_LEVEL", "WARNING")
SERVER = os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432").rstrip("/")
SIZES = {"csr_portal_bench_small": (1_000, 10), "csr_portal_bench": (100_000, 1_000)}  # suppliers, the deep page
os.environ["DATABASE_URL"] = f"{SERVER}/csr_portal_bench"
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django
import psycopg

RUNS = 100
PLACES = ["东莞市", "苏州", "深圳市", "宁波海曙", "佛山市南海", "昆山", "厦门", "无锡", "中山市"]
NAMES = ["宏达", "启明", "联创", "恒信", "永盛", "佳讯", "瑞德", "金源", "华泰", "明辉", "鑫龙", "博远"]
TRADES = ["五金制品", "精密塑胶", "电子科技", "包装", "铝业", "线束", "光电", "电镀厂", "弹簧", "化工"]

PAGES = {
    "first page": "?view=all",
    "search, Latin word": "?view=all&q=000777",
    "search, two Chinese characters": "?view=all&q=宏达",
    "filter by country": "?view=all&country=JP",
}


def recreate(name: str) -> None:
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0")


def fill(total: int, owner: Any) -> None:
    from django.db import connection

    from csr_portal.core.bulk import load
    from suppliers.models import Supplier
    from suppliers.querysets import search_text

    dice = random.Random(7)

    def line(number: int) -> tuple[Any, ...]:
        name = f"{dice.choice(PLACES)}{dice.choice(NAMES)}{dice.choice(TRADES)}有限公司"
        latin = f"Supplier {number:06d} Manufacturing Co., Ltd."
        country = dice.choice(["CN"] * 6 + ["JP", "VN", "DE"])
        status = dice.choice(["cooperating"] * 4 + ["strategic", "registered"])
        own = f"S-{number:06d}"
        return own, name, latin, country, status, search_text(name, latin, own)

    names = ("number", "name", "name_latin", "country", "status", "search_text")
    load(Supplier, names, map(line, range(total)), owner_id=owner.pk, agreement_status="in_force")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE suppliers_supplier")


def deep_link(position: int) -> str:
    """The address of the page that begins after `position` rows."""
    from csr_portal.core.lists import _cursor
    from suppliers.models import Supplier

    row = Supplier.objects.order_by("name", "pk")[position - 1]
    return f"?view=all&after={_cursor(row, 'name', 'pk')}"


class House:
    """One database, open all the time, with its suppliers and a buyer who is logged in."""

    def __init__(self, name: str, suppliers: int, deep: int) -> None:
        from django.core.management import call_command
        from django.db import connections
        from django.test import Client

        recreate(name)
        self.wrapper = connections.create_connection("default")
        self.wrapper.settings_dict = {**self.wrapper.settings_dict, "NAME": name}
        self.enter()
        call_command("migrate", verbosity=0)
        call_command("load_defaults", verbosity=0)
        from tests.factories.core import UserFactory

        person = UserFactory(email="bench@example.com", roles=["buyer"])
        fill(suppliers, person)
        self.label, self.client = f"{suppliers:,}", Client()
        self.client.force_login(person)
        self.pages = PAGES | {"deep page": deep_link(min(deep * 50, suppliers - 60))}

    def enter(self) -> None:
        from django.db import connections

        connections["default"] = self.wrapper

    def ask(self, label: str) -> float:
        """Milliseconds for one page."""
        from django.urls import reverse

        self.enter()
        url = reverse("staff:supplier-list") + self.pages[label]
        start = time.perf_counter()
        response = self.client.get(url)
        taken = (time.perf_counter() - start) * 1000
        assert response.status_code == 200, (url, response.status_code)
        return taken

    def queries(self, label: str) -> int:
        from django.test.utils import CaptureQueriesContext

        self.enter()
        with CaptureQueriesContext(self.wrapper) as found:
            self.ask(label)
        return len(found)


def main() -> None:
    django.setup()
    houses = [House(name, *size) for name, size in SIZES.items()]
    print(f"load {os.getloadavg()[0]:.1f}, {RUNS} pages of each size in turn")
    print(f"{'':40}{'median ms':>12}{'p95 ms':>10}{'queries':>9}")
    for label in houses[0].pages:
        found: list[list[float]] = [[] for _house in houses]
        for run in range(RUNS + 5):
            for house, times in zip(houses, found, strict=True):
                taken = house.ask(label)
                if run >= 5:
                    times.append(taken)
        _say(label, houses, found)
    print(f"load {os.getloadavg()[0]:.1f}")
    for house in houses:
        house.wrapper.close()
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
        for name in SIZES:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _say(label: str, houses: list[House], found: list[list[float]]) -> None:
    tails = [statistics.quantiles(times, n=20)[18] for times in found]
    middles = [statistics.median(times) for times in found]
    for house, middle, tail in zip(houses, middles, tails, strict=True):
        print(f"{house.label:>7} {label:<32}{middle:>12.1f}{tail:>10.1f}{house.queries(label):>9}")
    print(f"{'':40}{f'×{middles[-1] / middles[0]:.2f}':>12}{f'×{tails[-1] / tails[0]:.2f}':>10}   goal ×1.25 (p95)")


if __name__ == "__main__":
    main()

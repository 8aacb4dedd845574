"""How the supplier list grows: first page, page 1,000 and searches at 1,000 and 100,000 suppliers, on PostgreSQL.

Run with `make bench`. Makes a database of its own (`csr_portal_bench`), fills it, asks the list through the whole stack
(session, user, template) and prints median and 95th percentile; then drops the database.
"""

import os
import random
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("SECRET_KEY", "only-for-the-benchmark")
os.environ.setdefault("ALLOWED_HOSTS", "testserver")
os.environ.setdefault("LOG_LEVEL", "WARNING")
SERVER = os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432").rstrip("/")
os.environ["DATABASE_URL"] = f"{SERVER}/csr_portal_bench"
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django
import psycopg

RUNS = 60
PLACES = ["东莞市", "苏州", "深圳市", "宁波海曙", "佛山市南海", "昆山", "厦门", "无锡", "中山市"]
NAMES = ["宏达", "启明", "联创", "恒信", "永盛", "佳讯", "瑞德", "金源", "华泰", "明辉", "鑫龙", "博远"]
TRADES = ["五金制品", "精密塑胶", "电子科技", "包装", "铝业", "线束", "光电", "电镀厂", "弹簧", "化工"]


def recreate(name: str) -> None:
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0")


def fill(total: int, owner: object) -> None:
    from django.db import connection

    from suppliers.models import Supplier
    from suppliers.querysets import search_text

    have = Supplier.objects.count()
    dice = random.Random(7)
    rows = []
    for number in range(have, total):
        name = f"{dice.choice(PLACES)}{dice.choice(NAMES)}{dice.choice(TRADES)}有限公司"
        latin = f"Supplier {number:06d} Manufacturing Co., Ltd."
        rows.append(
            Supplier(
                number=f"S-{number:06d}",
                name=name,
                name_latin=latin,
                country=dice.choice(["CN"] * 6 + ["JP", "VN", "DE"]),
                status=dice.choice(["cooperating"] * 4 + ["strategic", "registered"]),
                owner=owner,
                search_text=search_text(name, latin, f"S-{number:06d}"),
                agreement_status="in_force",
            )
        )
    Supplier.objects.bulk_create(rows, batch_size=5000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE suppliers_supplier")


def deep_link(position: int) -> str:
    """The address of the page that begins after `position` rows."""
    from csr_portal.core.lists import _cursor
    from suppliers.models import Supplier

    row = Supplier.objects.order_by("name", "pk")[position - 1]
    return f"?view=all&after={_cursor(row, 'name')}"


def measure(client: object, url: str) -> tuple[float, float, int]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _ in range(5):
        response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        client.get(url)
        times.append((time.perf_counter() - start) * 1000)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(url)
    return statistics.median(times), statistics.quantiles(times, n=20)[18], len(queries)


def main() -> None:
    recreate("csr_portal_bench")
    django.setup()
    from django.core.management import call_command
    from django.test import Client
    from django.urls import reverse

    call_command("migrate", verbosity=0)
    call_command("load_defaults", verbosity=0)
    from tests.factories.core import UserFactory

    person = UserFactory(email="bench@example.com", roles=["buyer"])
    client = Client()
    client.force_login(person)
    base = reverse("staff:supplier-list")
    print(f"{'':34}{'median ms':>12}{'p95 ms':>10}{'queries':>9}")
    first: dict[str, float] = {}
    for total, deep in ((1_000, 10), (100_000, 1000)):
        fill(total, person)
        pages = {
            "first page": "?view=all",
            "deep page": deep_link(min(deep * 50, total - 60)),
            "search, Latin word": "?view=all&q=000777",
            "search, two Chinese characters": "?view=all&q=宏达",
            "filter by country": "?view=all&country=JP",
        }
        for label, query in pages.items():
            median, p95, queries = measure(client, base + query)
            ratio = f"  p95 ×{p95 / first[label]:.2f}" if label in first else ""
            first.setdefault(label, p95)
            print(f"{total:>7,} {label:<26}{median:>12.1f}{p95:>10.1f}{queries:>9}{ratio}")
    from django.db import connection

    connection.close()
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
        server.execute("DROP DATABASE csr_portal_bench WITH (FORCE)")


if __name__ == "__main__":
    main()

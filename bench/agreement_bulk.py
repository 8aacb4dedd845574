"""Agreements in bulk: N of them, half Chinese, through the product (PostgreSQL, broker, two worker processes)

against a pool of two processes that only runs WeasyPrint on the same HTML. Prints documents per minute, the share of
the pool's speed, memory of the worker after N against after 100, and what signing and sealing costs.

    bench/agreement_bulk.py [N] [--sign 60] [--pool N]

`--pool` has the bare pool draw only that many of the documents, spread evenly over them; speed is per document.
"""

import argparse
import multiprocessing
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import stack

WARM = 100
TELL_EVERY = 30  # seconds


def main() -> None:
    parser = argparse.ArgumentParser(description="Agreements in bulk.")
    parser.add_argument("number", type=int, nargs="?", default=300)
    parser.add_argument("--sign", type=int, default=60)
    parser.add_argument("--pool", type=int, default=0)
    chosen = parser.parse_args()
    name, broker = stack.prepare("csr_portal_bench_bulk")
    worker = stack.worker()
    try:
        _measure(worker, chosen.number, chosen.sign, chosen.pool or chosen.number)
    finally:
        worker.kill()
        stack.clear(name, broker)


def _measure(worker: stack.Process, number: int, signed: int, in_pool: int) -> None:
    from agreements.models import Agreement, Version
    from tests.factories.core import UserFactory

    buyer = UserFactory(email="bench@example.com", roles=["buyer"])
    version = Version.objects.get(document__kind="csr_agreement")
    worker.start()
    _issue(version, stack.suppliers(WARM, buyer), buyer)
    pids = worker.children()
    first = [stack.memory(pid) for pid in pids]
    before = stack.cpu_seconds(pids)
    seconds = _issue(version, stack.suppliers(number, buyer), buyer)
    cpu = (stack.cpu_seconds(pids) - before) / number
    last = [stack.memory(pid) for pid in pids if pid in worker.children()]
    rows = list(Agreement.objects.order_by("-pk")[:number])
    _say_sizes(rows)
    _wait_for_quiet()
    drawn = rows[:: max(1, number // in_pool)][:in_pool]
    plain, plain_cpu = _pool(_html_of(drawn))
    for label, count, wall, used in (("product", number, seconds, cpu), ("pool", len(drawn), plain, plain_cpu)):
        speed = f"{60 * count / wall:,.0f} a minute"
        print(f"{label}: {count} documents in {wall:.1f} s, {speed}, {used * 1000:.0f} ms of CPU each")
    by_clock = (plain / len(drawn)) / (seconds / number)
    print(f"product / pool: {100 * by_clock:.0f} % by the clock, {100 * plain_cpu / cpu:.0f} % by CPU (goal 80)")
    for label, place in (("shown", 0), ("own share", 1)):
        begin, end = (statistics.mean(sizes[place] for sizes in values) for values in (first, last))
        print(f"worker process, {label}: {begin:.0f} MB after {WARM}, {end:.0f} MB at the end (×{end / begin:.2f})")
    exact = Agreement.objects.exclude(presented_sha256="").count()
    files = len(list(Path(stack.os.environ["DATA_DIR"], "files", "agreements").rglob("*.pdf")))
    print(f"rows {Agreement.objects.count()}, with document {exact}, files {files}; expected {number + WARM} each")
    if signed:
        _sign(rows[:signed], buyer)


def _issue(version: Any, suppliers: list, buyer: Any) -> float:
    """Issue to these suppliers and wait for every document; return the seconds."""
    from agreements import campaigns
    from agreements.models import Agreement

    began = time.perf_counter()
    campaign = campaigns.start(version, suppliers, by=buyer)
    drawn = Agreement.objects.filter(campaign=campaign).exclude(presented_sha256="")
    told = began

    def is_done() -> bool:
        nonlocal told
        count, now = drawn.count(), time.perf_counter()
        if now - told > TELL_EVERY:
            told = now
            print(f"… {count:,} of {len(suppliers):,} after {now - began:,.0f} s", flush=True)
        return count == len(suppliers)

    stack.until(is_done, seconds=4 * 3600, pause=max(0.2, min(1, len(suppliers) / 2000)))
    return time.perf_counter() - began


def _wait_for_quiet() -> None:
    """Until no job is left, so that the pool does not share the machine with the last mails."""
    from csr_portal.core.models import Job

    stack.until(lambda: not Job.objects.filter(status__in=["queued", "running"]).exists(), pause=1)


def _say_sizes(rows: list) -> None:
    for language in ("zh-hans", "en"):
        sizes = [row.presented_file.size for row in rows if row.language == language]
        print(f"{language}: {statistics.mean(sizes) / 1000:.0f} kB (largest {max(sizes) / 1000:.0f})")


def _html_of(rows: list) -> list[tuple[str, str]]:
    """What the product hands to WeasyPrint for these agreements."""
    from agreements import reports
    from csr_portal.core import pdf

    caught: list[tuple[str, str]] = []
    real, pdf._write = pdf._write, lambda html, language, *_rest: caught.append((html, language)) or b""
    try:
        for row in rows:
            reports.draw_presented(row)
    finally:
        pdf._write = real
    return caught


def _pool(documents: list[tuple[str, str]]) -> tuple[float, float]:
    """Seconds and CPU seconds per document of a bare pool; its start and its first documents are not counted."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(2, initializer=_begin) as pool:
        pool.map(_draw, documents[:40], chunksize=20)
        began = time.perf_counter()
        cpu = pool.map(_draw, documents, chunksize=1)
        return time.perf_counter() - began, statistics.mean(cpu)


def _begin() -> None:
    import django

    django.setup()
    from csr_portal.core import pdf

    pdf._engine(pdf.STYLESHEET)


def _draw(document: tuple[str, str]) -> float:
    """Plain WeasyPrint with fonts and stylesheet parsed once."""
    from csr_portal.core import pdf

    began = time.process_time()
    engine, library = pdf._engine(pdf.STYLESHEET), pdf._weasyprint()
    library.css.properties.INITIAL_VALUES["lang"] = document[1]
    library.HTML(string=document[0], url_fetcher=pdf.ClosedFetcher()).write_pdf(
        font_config=engine.font_configuration, stylesheets=engine.stylesheets, pdf_variant="pdf/a-3a", pdf_tags=True
    )
    return time.process_time() - began


def _sign(rows: list, buyer: Any) -> None:
    """Every signatory signs; then the worker draws, seals and brings into force."""
    from agreements import workflow
    from agreements.models import Agreement, SigningLink

    people = {row.pk: row.supplier.contacts.get().user for row in rows}
    for row in rows:
        workflow.share(row, by=people[row.pk], name="陈伟", title="总经理", email="")
    began = time.perf_counter()
    for row in rows:
        link = SigningLink.objects.get(agreement=row)
        workflow.sign(link, name="陈伟", title="总经理", authority="总经理", presented_sha256=row.presented_sha256)
    done = Agreement.objects.filter(pk__in=[row.pk for row in rows], status="in_force")
    stack.until(lambda: done.count() == len(rows))
    seconds = time.perf_counter() - began
    size = statistics.mean(row.sealed_file.size for row in done) / 1000
    speed = f"{60 * len(rows) / seconds:,.0f} a minute"
    print(f"signed, drawn again and sealed: {len(rows)} in {seconds:.1f} s, {speed}, {size:.0f} kB each")


if __name__ == "__main__":
    main()

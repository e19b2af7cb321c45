"""Who takes part: how each is started, and when it has everything."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from string import Template
from typing import NamedTuple, Protocol

from benchmarks.ingest.load import NODES
from benchmarks.ingest.stage import MORNING_NS, ROOT, Stage, StuckError, heard, until, wait_for_recorder
from broker.clock import Anchor, SystemClock
from simulation.house import AS_ON_SITE, House, Launch

SETTLED_S = 1.0
"""Telegraf says that it is connected just before it subscribes."""


class Use(NamedTuple):
    """What the pipeline's processes have used: CPU seconds, and their resident memory's peak in megabytes."""

    cpu_s: float
    peak_mb: float


class Contestant(Protocol):
    """One pipeline from the broker to InfluxDB."""

    pid: int

    def kill(self) -> None:
        """End it as a power cut would."""


class Subscriber:
    """A Python program of this folder that says ``ready``."""

    def __init__(self, module: str, stage: Stage, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                f"benchmarks.ingest.{module}",
                str(stage.broker.port),
                str(stage.credentials),
                stage.topic,
                *arguments,
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=(stage.folder / f"{module}.log").open("ab"),
            text=True,
        )
        self.pid = self.process.pid
        heard(self.process, "ready")

    def kill(self) -> None:
        """See Contestant."""
        self.process.kill()
        self.process.wait()


def usual_program(stage: Stage) -> Subscriber:
    """paho, Point and the batching WriteApi."""
    store = stage.store
    return Subscriber("usual_program", stage, store.url, store.org, store.bucket, str(store.token_file))


class Telegraf:
    """Telegraf's mqtt_consumer and influxdb_v2."""

    def __init__(self, stage: Stage) -> None:
        program = find_telegraf()
        if program is None:
            raise StuckError("there is no telegraf on PATH")
        assert stage.store.token_file is not None  # noqa: S101 - ``Influxd.bucket`` always gives one
        template = Template((Path(__file__).parent / "telegraf.conf.template").read_text(encoding="utf-8"))
        text = template.substitute(
            port=stage.broker.port,
            topic=stage.topic,
            credentials=stage.credentials,
            url=stage.store.url,
            org=stage.store.org,
            bucket=stage.store.bucket,
            token=stage.store.token_file.read_text(encoding="utf-8"),
        )
        configuration, log = stage.folder / "telegraf.conf", stage.folder / "telegraf.log"
        configuration.write_text(text, encoding="utf-8")
        known = log.read_text(encoding="utf-8").count("Connected") if log.exists() else 0
        self.process = subprocess.Popen(
            [program, "--config", str(configuration)],
            stdin=subprocess.DEVNULL,
            stdout=log.open("ab"),
            stderr=subprocess.STDOUT,
        )
        self.pid = self.process.pid
        until(lambda: log.read_text(encoding="utf-8").count("Connected") > known, f"Telegraf (see {log})")
        time.sleep(SETTLED_S)

    def kill(self) -> None:
        """See Contestant."""
        self.process.kill()
        self.process.wait()


def find_telegraf() -> str | None:
    """Telegraf on PATH, or where Go puts what it installs; None where there is none."""
    folders = [os.environ.get("PATH", ""), str(Path.home() / "go" / "bin")]
    return shutil.which("telegraf", path=os.pathsep.join(folders))


class Ours:
    """The real ``preaccueil hall`` process."""

    def __init__(self, stage: Stage, launch: Launch = AS_ON_SITE) -> None:
        anchor = Anchor(MORNING_NS, SystemClock().machine_ns(), speed=1)
        self.house = House(
            stage.site,
            stage.folder,
            stage.store,
            anchor,
            credentials=stage.credentials,
            broker=stage.broker,
        )
        self._launch = launch
        self.start(stage)

    def start(self, stage: Stage) -> None:
        """Start it, and wait until it takes events."""
        self.child = self.house.hall(self._launch)
        self.pid = self.child.process.pid
        wait_for_recorder(stage)

    def journalled(self) -> Callable[[], int]:
        """What asks its journal how many events of nodes are committed, synced, in it."""
        path = self.house.state_of("hall") / "journal.sqlite"
        journal = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        marks = ", ".join("?" * len(NODES))
        query = f"SELECT coalesce(sum(next_seq - 1), 0) FROM runs WHERE node IN ({marks})"  # noqa: S608 - marks
        return lambda: int(journal.execute(query, NODES).fetchone()[0])

    def kill(self) -> None:
        """See Contestant."""
        self.house.kill(self.child)


def use_of(pid: int) -> Use:
    """What a process and those it started have used, threads included, by the kernel's own word.

    Their peaks are added, whenever each was.
    """
    every = [_use(one) for one in (pid, *children_of(pid))]
    return Use(sum(one.cpu_s for one in every), sum(one.peak_mb for one in every))


def children_of(pid: int) -> list[int]:
    """The processes that a process started and that still run: of a hall, its feed."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for one in lists for child in one.read_text(encoding="ascii").split()]


def _use(pid: int) -> Use:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    ticks = int(fields[11]) + int(fields[12])
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return Use(ticks / os.sysconf("SC_CLK_TCK"), int(peak.split()[1]) / 1024)

"""What a process asked of the kernel, as strace tells it: in which order it wrote, synced and answered."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

PATIENCE_S = 20
NOT_INSTALLED = "strace is not installed"

_CALL = re.compile(r"^(?P<thread>\d+) +(?P<call>\w+)\((?P<rest>.*)$")
_RESUMED = re.compile(r"^(?P<thread>\d+) +<\.\.\. (?P<call>\w+) resumed>(?P<rest>.*)$")
_PATH = re.compile(r"^\d+<(?P<path>[^>]*)>")


class Call(NamedTuple):
    """A system call at the moment when it was over, on which file, and what was written."""

    call: str
    path: str
    words: str


class Trace:
    """strace on a running process and its threads, from now on until ``end``.

    Args:
        pid: the process.
        path: where strace writes.
    """

    def __init__(self, pid: int, path: Path) -> None:
        self._path = path
        traced = "trace=write,pwrite64,sendto,fsync,fdatasync"
        self._strace = subprocess.Popen(
            ["strace", "-f", "-y", "-s", "64", "-e", traced, "-o", str(path), "-p", str(pid)],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._strace.stderr is not None
        said = self._strace.stderr.readline()
        assert "attached" in said, said

    def end(self) -> list[Call]:
        """Let go of the process; its calls in the order in which they were over."""
        self._strace.send_signal(signal.SIGINT)
        self._strace.communicate(timeout=PATIENCE_S)
        begun: dict[tuple[str, str], str] = {}
        calls: list[Call] = []
        for line in self._path.read_text(encoding="utf-8", errors="replace").splitlines():
            if resumed := _RESUMED.match(line):
                rest = begun.pop((resumed["thread"], resumed["call"]), "") + resumed["rest"]
                found = resumed
            elif call := _CALL.match(line):
                rest, found = call["rest"], call
                if rest.endswith("<unfinished ...>"):
                    begun[call["thread"], call["call"]] = rest.removesuffix("<unfinished ...>")
                    continue
            else:
                continue
            path = _PATH.match(rest)
            calls.append(Call(found["call"], path["path"] if path else "", rest))
        return calls


def why_not() -> str:
    """Why nothing can be traced here; empty where it can."""
    if shutil.which("strace") is None:
        return NOT_INSTALLED
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        time.sleep(0.1)
        tried = subprocess.Popen(
            ["strace", "-o", "/dev/null", "-p", str(sleeper.pid)], stderr=subprocess.PIPE, text=True
        )
        assert tried.stderr is not None
        said = tried.stderr.readline()
        tried.send_signal(signal.SIGINT)
        tried.communicate(timeout=PATIENCE_S)
        return "" if "attached" in said else f"tracing is not permitted: {said.strip()}"
    finally:
        sleeper.kill()
        sleeper.wait()


SYNCS = {"fsync", "fdatasync"}
WRITES = {"write", "pwrite64"}


def answers(calls: list[Call], mark: str) -> int:
    """How many answers were given."""
    return sum(f'"{mark} ' in call.words for call in calls)


def synced_first(calls: list[Call], database: str, mark: str) -> bool:
    """Whether each answer had a write and a sync of its own before it, since the answer before."""
    wal = f"{database}-wal"
    written = synced = False
    for call in calls:
        if call.path.endswith(wal):
            written = written or call.call in WRITES
            synced = written and call.call in SYNCS
        elif f'"{mark} ' in call.words:
            if not synced:
                return False
            written = synced = False
    return True

"""The processes of a run: started together, ended together, whatever happens to the one that started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

# Reads process ids until we say "over" or are gone: killed ourselves, we cannot end anyone any more.
# A minus takes one off the list: its number may soon be another's.
_GUARD = """
trap '' INT TERM HUP
pids=' '
while read -r word; do
    case $word in
        over) exit 0 ;;
        -*) pids="${pids%% ${word#-} *} ${pids#* ${word#-} }" ;;
        *) pids="$pids$word " ;;
    esac
done
[ "$pids" = ' ' ] && exit 0
kill -TERM $pids 2>/dev/null
sleep 5
kill -KILL $pids 2>/dev/null
"""

_PATIENCE_S = 15.0


class Child(NamedTuple):
    """A process of ours; ``log`` is where it writes what it has to say."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def ended(self) -> int | None:
        """Its exit code once it ended."""
        return self.process.poll()

    def lines(self) -> IO[bytes]:
        """What it reports on its standard output."""
        if self.process.stdout is None:
            raise ValueError(f"{self.name} reports nothing")
        return self.process.stdout


class Children:
    """Starts programs in sessions of their own, so that Ctrl-C reaches only us and we end them in order.

    Args:
        logs: the folder for their logs.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._children: list[Child] = []
        logs.mkdir(parents=True, exist_ok=True)
        self._guard = subprocess.Popen(
            ["sh", "-c", _GUARD],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def python(self, name: str, *arguments: str, env: Mapping[str, str], reports: bool = False) -> Child:
        """Start ``python -m …``; with ``reports`` its standard output is ours to read."""
        return self.start(name, [sys.executable, "-m", *arguments], env=env, reports=reports)

    def start(
        self, name: str, command: Sequence[str], *, env: Mapping[str, str], reports: bool = False
    ) -> Child:
        """Start a program, its log beside the others; started again, it goes on with the same log."""
        path = self._logs / f"{name}.log"
        with path.open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if reports else log,
                stderr=log,
                env={**os.environ, **env},
                start_new_session=True,
            )
        child = Child(name, process, path)
        self._children.append(child)
        self.watch_over(process.pid)
        return child

    def watch_over(self, pid: int) -> None:
        """Have the guard end this process too, should we be killed."""
        self._tell_guard(str(pid))

    def watch_no_longer(self, pid: int) -> None:
        """That process has ended: its number may become another's."""
        self._tell_guard(f"-{pid}")

    def first_to_end(self) -> Child | None:
        """A process that ended although nobody asked it to."""
        return next((child for child in self._children if child.ended is not None), None)

    def end(self, child: Child, patience_s: float = _PATIENCE_S) -> None:
        """Ask a process to end, and make it after a while."""
        if child in self._children:
            self._children.remove(child)
        if child.ended is None:
            child.process.send_signal(signal.SIGTERM)
            try:
                child.process.wait(patience_s)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        self.watch_no_longer(child.process.pid)

    def kill(self, child: Child) -> None:
        """End a process as a power cut would."""
        child.process.kill()
        self.end(child)

    def end_all(self) -> None:
        """End what still runs, the last started first, and then the guard."""
        for child in reversed(self._children.copy()):
            self.end(child)
        if self._guard.stdin is not None:
            self._guard.stdin.write(b"over\n")
            self._guard.stdin.close()
        self._guard.wait()

    def _tell_guard(self, word: str) -> None:
        if self._guard.stdin is not None:
            self._guard.stdin.write(f"{word}\n".encode())
            self._guard.stdin.flush()

"""Who let whom in, who came in, who failed to, and who commanded what: the trail a supervisor can read.

What agents do for visitors is not here: each press carries its account into the hall's journal. The trail
is one file of JSON lines a month in the dashboard's state folder, appended to by the running dashboard and
by ``preaccueil account``; each line is on disk before the act is answered. It is kept for a year, the longest
that the CNIL recommends for such logs (deliberation 2021-122 of 14 October 2021).
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

import msgspec

from broker.clock import SECOND

log = logging.getLogger(__name__)

Act: TypeAlias = Literal[
    "signed_in",
    "signed_out",
    "pin_refused",
    "code_refused",
    "too_many_tries",
    "machine_code_given",
    "machine_let_in",
    "machine_forgotten",
    "account_added",
    "account_removed",
    "pin_changed",
    "node_commanded",
    "recounted",
]
ACTS: Final[tuple[Act, ...]] = get_args(Act)

MONTHS_KEPT: Final = 12
MOST_LETTERS: Final = 80
"""Of each text: what somebody typed can be long."""

_FILE: Final = re.compile(r"audit-(\d{4})-(\d{2})\.jsonl")


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One act: when (civil), who (an account's id, or who used the command line), about what, from where."""

    at_ns: int
    act: Act
    by: str = ""
    about: str = ""
    machine: str = ""
    address: str = ""


class Trail:
    """The trail of one dashboard.

    Args:
        folder: the dashboard's state folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def note(self, entry: Entry) -> None:
        """Write an act down. When the disk takes nothing, the log says so: nobody is kept out by it."""
        clipped = {
            name: getattr(entry, name)[:MOST_LETTERS] for name in ("by", "about", "machine", "address")
        }
        line = msgspec.json.encode(msgspec.structs.replace(entry, **clipped)) + b"\n"
        moment = datetime.fromtimestamp(entry.at_ns // SECOND, UTC)
        path = self._folder / f"audit-{moment:%Y-%m}.jsonl"
        try:
            is_new = not path.exists()
            number = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                size = os.fstat(number).st_size
                is_cut_short = size > 0 and os.pread(number, 1, size - 1) != b"\n"  # by a power cut
                os.write(number, b"\n" + line if is_cut_short else line)  # one call: lines do not mix
                os.fsync(number)
                if os.geteuid() == 0:
                    owner = self._folder.stat()
                    os.fchown(number, owner.st_uid, owner.st_gid)
            finally:
                os.close(number)
            if is_new:
                self._forget_before(12 * moment.year + moment.month - MONTHS_KEPT)
        except OSError as problem:
            log.error("the trail is not written: %s: %s", problem, line.decode(errors="replace").strip())

    def latest(self, most: int) -> list[Entry]:
        """The latest acts, newest first; a line that cannot be read is left out, and said in the log."""
        found: list[Entry] = []
        for path in reversed(self._files()):
            for line in reversed(path.read_bytes().splitlines()):
                try:
                    found.append(msgspec.json.decode(line, type=Entry))
                except msgspec.DecodeError as problem:
                    log.warning("%s holds a line that is no act: %s", path, problem)
                if len(found) == most:
                    return found
        return found

    def _files(self) -> list[Path]:
        return sorted(path for path in self._folder.glob("audit-*.jsonl") if _FILE.fullmatch(path.name))

    def _forget_before(self, month: int) -> None:
        """Remove the files of months before that one, counted since the year 0."""
        for path in self._files():
            named = _FILE.fullmatch(path.name)
            if named and 12 * int(named[1]) + int(named[2]) < month:
                with contextlib.suppress(FileNotFoundError):  # the other process was quicker
                    path.unlink()

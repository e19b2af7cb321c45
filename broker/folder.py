"""A state folder has one process: whoever works in it holds it, and a second one is told so at once.

The lock is on the folder itself (``flock``), so that it is no file that a wipe or a backup takes along,
and it ends with its process however that one ends.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType


class FolderInUseError(Exception):
    """Another process holds the folder; the text is for the person who started this one."""


class Hold:
    """Holds a folder until ``release``, the end of its ``with`` or that of the process.

    Raises:
        FolderInUseError: another process holds it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._folder)
            raise FolderInUseError(
                f"{folder} : un autre programme s'en sert, l'arrêter d'abord"
                f" / another program uses it, stop that one first"
            ) from None

    def release(self) -> None:
        """Let go of it."""
        os.close(self._folder)

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

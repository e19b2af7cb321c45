"""Days of history on disk: what each gave the store, one file a day, replayed by later runs."""

from __future__ import annotations

import gzip
import hashlib
import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import msgspec

from broker.contract import compiled
from hall.measures import MEASURES, AnyMeasure

_OWN_CODE = ("broker", "hall", "nodes", "simulation")
_KINDS: dict[str, type[AnyMeasure]] = {kind.NAME: kind for kind in MEASURES}  # type: ignore[misc]  # MEASURES holds exactly these
KEPT_VERSIONS = 3


class KeptDays:
    """The folder of one site's days, made by one version of the code.

    Args:
        folder: where all histories are.
        site: whose days these are.
    """

    def __init__(self, folder: Path, site: compiled.Site) -> None:
        self.folder = folder / f"{site.id}-{version(site)}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.touch()
        # Days of older code are of no use; a few stay, for whoever goes back and forth between branches.
        others = sorted(folder.glob(f"{site.id}-*"), key=lambda path: path.stat().st_mtime)
        for old in others[:-KEPT_VERSIONS]:
            shutil.rmtree(old, ignore_errors=True)

    def has(self, day: date) -> bool:
        """Whether the day is there."""
        return self._path(day).exists()

    def keep(self, day: date, measures: Iterable[AnyMeasure]) -> None:
        """Keep what the day gave, whole or not at all."""
        path = self._path(day)
        fresh = path.with_suffix(".new")
        with gzip.open(fresh, "wb", compresslevel=3) as file:
            for measure in measures:
                file.write(msgspec.json.encode((type(measure).NAME, measure)) + b"\n")
        fresh.replace(path)

    def measures(self, day: date) -> Iterator[AnyMeasure]:
        """What the day gave, in the order in which it gave it."""
        with gzip.open(self._path(day), "rb") as file:
            for line in file:
                name, raw = msgspec.json.decode(line, type=tuple[str, msgspec.Raw])
                yield msgspec.json.decode(raw, type=_KINDS[name])

    def _path(self, day: date) -> Path:
        return self.folder / f"{day.isoformat()}.jsonl.gz"


def version(site: compiled.Site) -> str:
    """A short digest of the site and of the code that plays it."""
    digest = hashlib.sha256(msgspec.json.encode(site))
    root = Path(__file__).parents[1]
    for path in _sources(root, _OWN_CODE):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _sources(root: Path, rooms: Sequence[str]) -> list[Path]:
    return sorted(path for room in rooms for path in (root / room).rglob("*.py"))

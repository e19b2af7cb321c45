"""Backups of the hall's machine: journal, console's outbox and accounts, copied while everything runs.

A backup is a folder named after its UTC time, with a manifest that says what each file must be. It is written
under another name, synced and then renamed, so that an interrupted one never looks like a whole one. The
store and the store's cursor are not in it: a hall without a cursor feeds the store from the journal's
beginning, and each point overwrites itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import msgspec

from broker.delivery.journal import Journal

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
JOURNAL: Final = "hall/journal.sqlite"
KEPT: Final = {
    "hall": ("journal.sqlite",),
    "dashboard": ("outbox.sqlite", "accounts.json", "secret.key"),
}
"""By folder, what a new machine cannot make up for. Only the journal must be there."""

_NAME: Final = re.compile(r"\d{8}T\d{6}Z")
_UNFINISHED: Final = ".unfinished-"
_PAGES_AT_ONCE: Final = 1024
_COPIED_AT_ONCE: Final = 1 << 20


class BackupError(Exception):
    """No backup, or none that can be put back; the text says what, where and what to do."""


class Kept(msgspec.Struct, frozen=True):
    """A file of a backup."""

    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds. ``events`` is how many the journal has, ``runs`` the last seq of each run."""

    format: int
    site: str
    program: str
    made_at: datetime
    events: int
    runs: dict[str, int]
    files: dict[str, Kept]

    def bytes(self) -> int:
        """How large it is."""
        return sum(one.bytes for one in self.files.values())


class Made(NamedTuple):
    """A backup that was made, and which old ones went."""

    path: Path
    manifest: Manifest
    removed: list[Path]


def make(
    folders: Mapping[str, Path], out: Path, *, site: str, program: str, now: datetime, keep: int
) -> Made:
    """Copy what is in the state folders into a new backup in ``out``, then let the oldest ones go.

    Args:
        folders: state folders by name, as in KEPT; ``hall`` at least.
        out: an existing folder.
        site: the site's id.
        program: the program's version.
        now: the time, in UTC.
        keep: how many backups stay, at least one.

    Raises:
        BackupError: there is no journal, it is damaged, or the backup cannot be written. Older backups stay.
    """
    if not (folders["hall"] / "journal.sqlite").exists():
        raise BackupError(
            f"{folders['hall']} : pas de journal ici ; --hall est le dossier donné à preaccueil hall"
            " / no journal here: --hall is the folder that preaccueil hall was given"
        )
    if not out.is_dir():
        raise BackupError(f"{out} n'existe pas : la clé est-elle branchée ? / is not there: is the stick in?")
    target = out / now.strftime("%Y%m%dT%H%M%SZ")
    if target.exists():
        raise BackupError(f"{target} existe déjà / is there already")
    for left in out.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(left)
    unfinished = out / f"{_UNFINISHED}{target.name}"
    try:
        _fill(unfinished, folders)
        manifest = _describe(unfinished, site, program, now)
        _write(unfinished / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        _sync_folder(unfinished)
        unfinished.rename(target)
        _sync_folder(out)
    except (OSError, sqlite3.Error) as problem:
        raise BackupError(
            f"{out} : la sauvegarde n'a pas pu être écrite, les anciennes restent"
            f" / the backup could not be written, older ones stay: {problem}"
        ) from problem
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    removed = there(out)[: -max(keep, 1)]
    for old in removed:
        shutil.rmtree(old)
    return Made(target, manifest, removed)


def there(out: Path) -> list[Path]:
    """The whole backups in a folder, the oldest first."""
    return sorted(one for one in out.iterdir() if _NAME.fullmatch(one.name) and (one / MANIFEST).is_file())


def verify(backup: Path) -> Manifest:
    """What a backup holds, when every file is what it was. Raises BackupError."""
    try:
        manifest = msgspec.json.decode((backup / MANIFEST).read_bytes(), type=Manifest)
    except FileNotFoundError as problem:
        raise BackupError(
            f"{backup} n'est pas une sauvegarde (sans {MANIFEST}) / is no backup: no {MANIFEST} in it"
        ) from problem
    except msgspec.DecodeError as problem:
        raise BackupError(f"{backup / MANIFEST} : illisible / cannot be read: {problem}") from problem
    if manifest.format != FORMAT:
        raise BackupError(
            f"{backup} : format {manifest.format}, ce programme lit le format {FORMAT}"
            f" / this program reads format {FORMAT}: use the one that made it ({manifest.program})"
        )
    if JOURNAL not in manifest.files:
        raise BackupError(f"{backup} : sans journal / has no journal")
    for name, kept in manifest.files.items():
        if not _is_ours(name) or not (backup / name).is_file() or _kept(backup / name) != kept:
            raise BackupError(
                f"{backup / name} n'est plus ce qui a été sauvegardé : prendre une autre sauvegarde"
                " / is not what was kept: use another backup"
            )
    return manifest


def restore(backup: Path, folders: Mapping[str, Path], *, site: str | None) -> Manifest:
    """Put a backup into state folders that hold nothing of the kind yet.

    Args:
        backup: one of ``there``.
        folders: state folders by name; made when missing.
        site: the site it must be of; None for any.

    Raises:
        BackupError: it is damaged, of another site, or a folder is in use. Nothing was written then.
    """
    manifest = verify(backup)
    if site is not None and manifest.site != site:
        raise BackupError(
            f"{backup} est la sauvegarde du site {manifest.site}, ici c'est {site}"
            f" / is a backup of the site {manifest.site}, this one is {site}"
        )
    wanted = {name: folders[name.split("/")[0]] for name in manifest.files if name.split("/")[0] in folders}
    for folder in folders.values():
        if folder.exists() and any(folder.iterdir()):
            raise BackupError(
                f"{folder} n'est pas vide : arrêter le service, déplacer ce dossier, recommencer"
                " / is not empty: stop the service, move the folder away, begin again"
            )
    for name, folder in wanted.items():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (backup / name).open("rb") as source:
            _write(folder / Path(name).name, source)
        _sync_folder(folder)
    with contextlib.closing(Journal(folders["hall"] / "journal.sqlite")) as journal:
        journal.mark_put_back()
    return manifest


# Inside -----------------------------------------------------------------------------------------


def _fill(backup: Path, folders: Mapping[str, Path]) -> None:
    backup.mkdir(mode=0o700)
    for name, folder in folders.items():
        (backup / name).mkdir(mode=0o700)
        for file in KEPT[name]:
            if (folder / file).exists():
                _copy(folder / file, backup / name / file)
        _sync_folder(backup / name)


def _copy(source: Path, target: Path) -> None:
    if source.suffix != ".sqlite":
        with source.open("rb") as content:
            _write(target, content)
        return
    target.touch(mode=0o600)
    with (
        contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as database,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        database.backup(copy, pages=_PAGES_AT_ONCE)
        # One file, whatever the database's own way of writing: nothing lies beside it.
        copy.execute("PRAGMA journal_mode = DELETE")
        (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise BackupError(
            f"{source} est abîmé, les sauvegardes d'avant restent : les garder, et appeler"
            f" / is damaged, older backups stay: keep them, and ask for help: {found}"
        )
    with target.open("rb+") as written:
        os.fsync(written.fileno())


def _describe(backup: Path, site: str, program: str, now: datetime) -> Manifest:
    with contextlib.closing(sqlite3.connect(f"{(backup / JOURNAL).as_uri()}?mode=ro", uri=True)) as journal:
        (events,) = journal.execute("SELECT count(*) FROM events").fetchone()
        runs = journal.execute("SELECT node, run, max(seq) FROM events GROUP BY node, run").fetchall()
    return Manifest(
        format=FORMAT,
        site=site,
        program=program,
        made_at=now,
        events=events,
        runs={f"{node}/{run}": seq for node, run, seq in runs},
        files={str(path.relative_to(backup)): _kept(path) for path in sorted(backup.glob("*/*"))},
    )


def _is_ours(name: str) -> bool:
    folder, _, file = name.partition("/")
    return file in KEPT.get(folder, ())


def _kept(path: Path) -> Kept:
    with path.open("rb") as content:
        return Kept(path.stat().st_size, hashlib.file_digest(content, "sha256").hexdigest())


def _write(path: Path, content: bytes | BinaryIO) -> None:
    path.touch(mode=0o600, exist_ok=False)
    with path.open("wb") as file:
        if isinstance(content, bytes):
            file.write(content)
        else:
            shutil.copyfileobj(content, file, _COPIED_AT_ONCE)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)

"""Backups: whole or not there, never over what is there, and nodes fill up what came after."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.clock import SECOND, ManualClock
from broker.contract import compiled
from broker.delivery.intake import Intake
from broker.delivery.journal import Journal
from dashboard.accounts import Accounts
from preaccueil import backups
from preaccueil.commands import backup as backup_command
from preaccueil.commands import restore as restore_command
from tests.broker.delivery.test_delivery import NOW, Ends

NIGHT = datetime(2027, 6, 16, 2, 0, tzinfo=UTC)


class Machine:
    """The hall's machine, a node that votes, and a stick for backups."""

    def __init__(self, site: compiled.Site, folder: Path) -> None:
        self.site, self.folder = site, folder
        self.clock = ManualClock(civil_ns=NOW, machine_ns=100 * SECOND)
        self.hall, self.dashboard, self.stick = folder / "hall", folder / "dashboard", folder / "stick"
        self.hall.mkdir()
        self.stick.mkdir()
        Accounts(self.dashboard).secret()
        self.ends = Ends(self.clock, Journal(self.hall / "journal.sqlite"), site, folder / "outbox.sqlite")
        self.ends.come_up()

    def vote(self, answer: int) -> None:
        self.ends.vote(answer)
        self.ends.carry()

    def backup(self, now: datetime = NIGHT, keep: int = 14) -> backups.Made:
        folders = {"hall": self.hall, "dashboard": self.dashboard}
        return backups.make(folders, self.stick, site=self.site.id, program="1a2b", now=now, keep=keep)

    def lose(self) -> None:
        """The card dies, with all that is on it."""
        self.ends.sender.disconnected()
        self.ends.journal.close()
        shutil.rmtree(self.hall)
        shutil.rmtree(self.dashboard)

    def restore(self, made: Path) -> backups.Manifest:
        folders = {"hall": self.hall, "dashboard": self.dashboard}
        return backups.restore(made, folders, site=self.site.id)

    def come_back(self) -> None:
        """A hall on what is there now; the node hears it twice, as its heartbeat goes."""
        self.ends.journal = Journal(self.hall / "journal.sqlite")
        self.ends.intake = Intake(self.ends.journal, self.site)
        for _ in range(2):
            self.ends.come_up()
            self.ends.carry()


@pytest.fixture
def machine(barnum, tmp_path):
    machine = Machine(barnum, tmp_path)
    yield machine
    machine.ends.journal.close()
    machine.ends.outbox.close()


def test_what_came_after_a_backup_is_filled_up_by_the_nodes(machine):
    machine.vote(0)
    made = machine.backup()
    machine.vote(1)
    machine.vote(2)
    assert made.manifest.events == 1
    machine.lose()
    machine.restore(made.path)
    machine.come_back()
    assert machine.ends.answers() == [0, 1, 2]
    machine.vote(3)
    assert machine.ends.answers() == [0, 1, 2, 3]


@settings(max_examples=15, deadline=None)
@given(before=st.lists(st.integers(0, 3), max_size=6), after=st.lists(st.integers(0, 3), max_size=6))
def test_whatever_was_pressed_before_and_after_is_there_once(barnum, tmp_path_factory, before, after):
    machine = Machine(barnum, tmp_path_factory.mktemp("machine"))
    for answer in before:
        machine.vote(answer)
    made = machine.backup()
    for answer in after:
        machine.vote(answer)
    machine.lose()
    machine.restore(made.path)
    machine.come_back()
    assert machine.ends.answers() == before + after
    machine.ends.journal.close()
    machine.ends.outbox.close()


def test_a_backup_while_the_hall_writes_is_one_moment_of_its_journal(machine):
    ends = threading.Event()
    target = machine.hall / "journal.sqlite"

    def write() -> None:
        with sqlite3.connect(target, isolation_level=None) as database:
            number = 0
            while not ends.is_set():
                number += 1
                database.execute("BEGIN")
                for half in ("a", "b"):
                    database.execute("INSERT INTO about VALUES (?, ?)", (f"{half}{number}", number))
                database.execute("COMMIT")

    writing = threading.Thread(target=write)
    writing.start()
    try:
        made = [machine.backup(NIGHT + timedelta(seconds=second)) for second in range(5)]
    finally:
        ends.set()
        writing.join()
    for one in made:
        with sqlite3.connect(one.path / "hall/journal.sqlite") as database:
            counts = [
                database.execute("SELECT count(*) FROM about WHERE key GLOB ?", (f"{half}[0-9]*",)).fetchone()
                for half in ("a", "b")
            ]
        assert counts[0] == counts[1], "half of a commit"


def test_only_its_owner_can_read_a_backup(machine):
    made = machine.backup()
    for path in [made.path, *made.path.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path
    assert {"hall/journal.sqlite", "dashboard/secret.key"} <= set(made.manifest.files)


def test_the_oldest_go_when_a_new_one_is_whole(machine):
    made = [machine.backup(NIGHT + timedelta(days=day), keep=2).path for day in range(4)]
    assert backups.there(machine.stick) == made[2:]


def test_an_interrupted_backup_is_none_and_goes_with_the_next(machine, monkeypatch):
    kept = machine.backup().path

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(backups, "_sync_folder", full)
        with pytest.raises(backups.BackupError, match="No space left"):
            machine.backup(NIGHT + timedelta(days=1), keep=1)
    assert backups.there(machine.stick) == [kept]
    (machine.stick / ".unfinished-20270618T020000Z").mkdir()  # of a power cut
    machine.backup(NIGHT + timedelta(days=2))
    assert len(list(machine.stick.iterdir())) == 2


def test_a_damaged_journal_replaces_no_good_backup(machine):
    for answer in range(200):
        machine.ends.vote(answer % 4)
    machine.ends.carry()
    kept = machine.backup().path
    machine.ends.journal.close()
    damaged = bytearray((machine.hall / "journal.sqlite").read_bytes())
    damaged[8192:12288] = bytes(4096)
    (machine.hall / "journal.sqlite").write_bytes(damaged)
    with pytest.raises(backups.BackupError):
        machine.backup(NIGHT + timedelta(days=1), keep=1)
    assert backups.there(machine.stick) == [kept]


@pytest.mark.parametrize("file", ["hall/journal.sqlite", "dashboard/secret.key"])
def test_a_backup_that_changed_is_not_put_back(machine, file):
    made = machine.backup().path
    content = bytearray((made / file).read_bytes())
    content[-1] ^= 1
    (made / file).write_bytes(content)
    machine.lose()
    with pytest.raises(backups.BackupError, match=file):
        machine.restore(made)
    assert not machine.hall.exists()


def test_the_hall_learns_from_the_file_that_it_was_put_back(machine):
    made = machine.backup().path
    with closing(Journal(machine.hall / "journal.sqlite")) as journal:
        assert not journal.was_put_back
    machine.lose()
    machine.restore(made)
    with closing(Journal(machine.hall / "journal.sqlite")) as journal:
        assert journal.was_put_back


def test_nothing_that_is_there_is_overwritten(machine):
    made = machine.backup().path
    machine.vote(1)
    with pytest.raises(backups.BackupError, match="n'est pas vide"):
        machine.restore(made)
    assert machine.ends.answers() == [1]


def test_the_backup_of_another_site_is_refused(machine):
    made = machine.backup().path
    machine.lose()
    with pytest.raises(backups.BackupError, match="barnum"):
        backups.restore(made, {"hall": machine.hall}, site="mairie-4")
    assert not machine.hall.exists()


def test_a_manifest_cannot_name_a_file_elsewhere(machine):
    made = machine.backup().path
    manifest = made / backups.MANIFEST
    manifest.write_text(
        manifest.read_text(encoding="utf-8").replace("secret.key", "../../x"), encoding="utf-8"
    )
    with pytest.raises(backups.BackupError, match="x"):
        backups.verify(made)


# The commands ---------------------------------------------------------------------------------


def test_the_commands_say_what_was_kept_and_what_is_in_it(machine):
    machine.vote(0)
    compiled.write(machine.site, machine.folder / "site.json")
    words = [f"--site={machine.folder / 'site.json'}", f"--hall={machine.hall}", f"--out={machine.stick}"]
    done = CliRunner().invoke(backup_command.command, words)
    assert done.exit_code == 0, done.output
    assert "1 événements" in done.output
    (made,) = backups.there(machine.stick)
    done = CliRunner().invoke(restore_command.command, ["--verify", str(made)])
    assert done.exit_code == 0
    assert "barnum" in done.output


def test_a_stick_that_is_not_plugged_in_is_noticed(machine):
    compiled.write(machine.site, machine.folder / "site.json")
    words = [f"--site={machine.folder / 'site.json'}", f"--hall={machine.hall}", f"--out={machine.stick}"]
    done = CliRunner().invoke(backup_command.command, [*words, "--mount"])
    assert done.exit_code == 1
    assert "branché" in done.output
    assert not list(machine.stick.iterdir())


def test_a_folder_without_a_journal_is_no_hall(machine):
    with pytest.raises(backups.BackupError, match="pas de journal"):
        backups.make({"hall": machine.stick}, machine.stick, site="x", program="", now=NIGHT, keep=1)

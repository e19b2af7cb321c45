"""``preaccueil node test`` as a real process, driven over its virtual socket and its keys."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time

import pytest
from click.testing import CliRunner

from broker.contract import compiled
from nodes.selftest.keys import ENTER_S
from nodes.selftest.process import chosen
from nodes.selftest.steps import Press, plan
from preaccueil.__main__ import main
from tests.nodes.wire import say

PATIENCE_S = 20


class Process:
    """The command, its questions as they come, and a technician at keys and pins."""

    def __init__(self, site, node, folder, *options, only=(), stdin=subprocess.PIPE) -> None:
        self.socket, self.folder = folder / "virtual", folder / "here"
        self.folder.mkdir()
        compiled.write(site, folder / "site.json")
        self.steps = chosen(plan(site.node(node), site), only)
        self.output = ""
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "preaccueil", "node", "test", node),
                *(f"--site={folder / 'site.json'}", "--pins=mock", f"--virtual-socket={self.socket}"),
                *(f"--only={device}" for device in only),
                *options,
            ],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def asked(self):
        """The step that is asked next; None once the sheet is there."""
        for line in iter(self.process.stdout.readline, b""):
            self.output += line.decode()
            question = re.match(rb"\[(\d+)/\d+\] ", line)
            if question:
                return self.steps[int(question[1]) - 1]
        return None

    def key(self, key: str) -> None:
        self.process.stdin.write(key.encode() + b"\n")
        self.process.stdin.flush()

    def press(self, pin: int) -> None:
        assert say(self.socket, f"press {pin} 0.1") == "ok"

    def end(self) -> int:
        while self.asked():
            pass
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_S)
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()


@pytest.fixture
def start(barnum, tmp_path):
    running = []

    def begin(node, *options, **more):
        running.append(Process(barnum, node, tmp_path, *options, **more))
        return running[-1]

    yield begin
    for each in running:
        each.close()


def test_a_node_driven_over_its_virtual_pins_passes_and_leaves_only_its_sheet(start):
    test = start("barometre", "--out=sheet.txt")
    while step := test.asked():
        if isinstance(step.act, Press):
            test.press(step.act.pin)
        else:
            test.key("o")
    assert test.end() == 0
    assert "réussis : 5 · échecs : 0 · sautés : 0 / passed: 5 · failed: 0 · skipped: 0" in test.output
    sheet = (test.folder / "sheet.txt").read_text(encoding="utf-8")
    assert sheet.startswith("Essai du nœud barometre / Self-test of node barometre\n")
    assert sheet in test.output
    assert [path.name for path in test.folder.iterdir()] == ["sheet.txt"]


def test_one_dead_button_ends_it_with_1_and_the_right_words(start):
    test = start("barometre", "--limit=0.3", only=("boutons",))
    test.asked()
    test.asked()
    test.key("s")
    test.asked()
    test.key("n")
    assert test.end() == 1
    assert "personne n'a appuyé / nobody pressed" in test.output
    assert "échecs : 3 · sautés : 1" in test.output


def test_skipping_everything_fails_nothing(start):
    test = start("salons")
    while test.asked():
        test.key("")
    assert test.end() == 0
    assert "passed: 0 · failed: 0 · skipped: 8" in test.output


def test_a_kiosks_printer_and_buzzer_are_tried_alone(start):
    test = start("borne-a", only=("imprimante", "buzzer"))
    while step := test.asked():
        if step.part.fr != "état":
            test.key("o")
    assert test.end() == 0
    assert "prête / ready" in test.output
    assert "passed: 3" in test.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_it_still_prints_the_sheet(start, number):
    test = start("barometre")
    test.press(test.asked().act.pin)
    test.asked()
    test.process.send_signal(number)
    assert test.end() == 130
    assert "passed: 1 · failed: 0 · skipped: 4" in test.output
    assert "essai interrompu / test interrupted" in test.output


def test_on_a_terminal_one_key_is_enough_and_the_terminal_is_given_back(start):
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    test = start("barometre", only=("boutons",), stdin=theirs)
    while test.asked():
        os.write(ours, b"s")
    assert test.end() == 0
    assert "skipped: 4" in test.output
    assert termios.tcgetattr(theirs) == before
    assert select.select([ours], [], [], 0)[0] == []  # nothing was echoed
    os.close(ours)
    os.close(theirs)


def test_on_a_terminal_enter_out_of_habit_skips_nothing_and_enter_alone_does(start):
    ours, theirs = pty.openpty()
    test = start("salons", only=("lumiere-1", "lumiere-2"), stdin=theirs)
    for keys in (b"o\n", b"o\n", b"y\n"):
        test.asked()
        os.write(ours, keys)
    test.asked()
    time.sleep(ENTER_S)  # so long a letter's own Enter may take
    os.write(ours, b"\n")
    assert test.end() == 0
    assert "passed: 3 · failed: 0 · skipped: 1" in test.output
    os.close(ours)
    os.close(theirs)


def test_without_anybody_at_the_keys_every_step_runs_out(start):
    test = start("entree", "--limit=0.1", stdin=subprocess.DEVNULL)
    assert test.end() == 1
    assert "failed: 3" in test.output


@pytest.mark.parametrize(
    ("node", "options", "expected"),
    [
        ("nowhere", [], "its nodes are"),
        ("barometre", ["--only=porte"], "there is no device porte; the node's are boutons, afficheur"),
        ("barometre", ["--out=/nowhere/sheet.txt"], "n'existe pas / there is no folder"),
        ("barometre", ["--pins=lgpio", "--virtual-socket=x"], "needs --pins mock"),
    ],
)
def test_what_cannot_be_started_says_so_in_one_line(barnum, tmp_path, node, options, expected):
    compiled.write(barnum, tmp_path / "site.json")
    result = CliRunner().invoke(
        main, ["node", "test", node, f"--site={tmp_path / 'site.json'}", "--pins=mock", *options]
    )
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code != 0
    assert expected in result.output.splitlines()[-1]


def test_the_self_test_stands_beside_the_node_and_changes_none_of_its_options():
    help_of = {
        words: CliRunner().invoke(main, [*words.split(), "--help"]).output for words in ("node", "node test")
    }
    assert "Usage: main node [OPTIONS] NODE" in help_of["node"]
    assert "--credentials" in help_of["node"]
    assert "Usage: main node test [OPTIONS] NODE" in help_of["node test"]
    assert "--credentials" not in help_of["node test"]

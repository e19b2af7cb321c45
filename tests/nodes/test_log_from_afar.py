"""A technician asks a node for its log: its last lines, bounded, in answer to that one command."""

from __future__ import annotations

import logging

import msgspec
import pytest

from broker.contract import messages
from broker.logs import LINES_KEPT, LONGEST_LINE, Recent
from tests.nodes.test_commands import command

log = logging.getLogger("nodes.test")


@pytest.fixture
def recent():
    recent = Recent()
    log.addHandler(recent)
    log.setLevel(logging.INFO)
    yield recent
    log.removeHandler(recent)


def answers(node) -> list[messages.NodeLog]:
    topic = node.topics.of("log", node.node.node.id)
    return [messages.decode(payload, messages.NodeLog) for sent, payload in node.sent if sent == topic]


def test_a_node_tells_its_last_lines_when_it_is_asked_and_not_before(stand, recent):
    node = stand("borne-a", recent=recent)
    node.connect()
    log.warning("borne-a/imprimante: no paper")
    assert answers(node) == []
    command(node, "log", key="k7")
    (told,) = answers(node)
    assert told.key == "k7"
    assert [(line.level, line.text) for line in told.lines] == [("WARNING", "borne-a/imprimante: no paper")]
    assert 0 <= told.lines[0].ago_s < 60


def test_a_command_that_comes_twice_is_answered_once(stand, recent):
    node = stand("borne-a", recent=recent)
    node.connect()
    for _ in range(2):
        command(node, "log", key="k7")
    assert len(answers(node)) == 1


def test_what_is_told_never_exceeds_a_message(stand, recent):
    node = stand("borne-a", recent=recent)
    node.connect()
    for number in range(3 * LINES_KEPT):
        record = logging.LogRecord("n", logging.INFO, f"file{number}.py", number, "é" * 5000, (), None)
        recent.handle(record)
    command(node, "log")
    (told,) = answers(node)
    assert len(told.lines) == LINES_KEPT
    assert {len(line.text) for line in told.lines} == {LONGEST_LINE}
    assert len(msgspec.json.encode(told)) < 100_000


def test_a_line_that_repeats_does_not_push_the_others_out(recent):
    log.error("the clock is not set")
    for number in range(1000):
        log.info("the printer is away, try %d", number)
    assert recent.lines()[0].text == "the clock is not set"


def test_an_error_says_in_its_line_what_it_was(recent):
    log.error("entree/faisceau failed", exc_info=OSError("no such bus"))
    assert recent.lines()[0].text == "entree/faisceau failed: OSError('no such bus')"


def test_a_node_that_shares_its_process_tells_its_own_lines_only():
    recent = Recent("borne-a:")
    for text in ("borne-a: started", "borne-b: started"):
        recent.handle(logging.LogRecord("n", logging.INFO, "f.py", 1, text, (), None))
    assert [line.text for line in recent.lines()] == ["borne-a: started"]


def test_a_node_without_a_log_says_that_nothing_was_written(stand):
    node = stand("borne-a")
    node.connect()
    command(node, "log")
    assert answers(node)[0].lines == []

"""The order "synced, then answered": a kill does not test a sync, a trace of the system calls does."""

from __future__ import annotations

import os
import time

import pytest

from broker.clock import SECOND, Anchor, SystemClock
from hall.store.open import StoreConfig
from simulation.house import House, Launch
from tests.simulation.chaos.tracing import NOT_INSTALLED, Call, Trace, answers, synced_first, why_not

MORNING_NS = 1_781_600_400 * SECOND
PRESSES = 3


@pytest.fixture(scope="module")
def _can_trace() -> None:
    reason = why_not()
    if reason == NOT_INSTALLED and os.environ.get("CI") == "true":
        pytest.fail(reason)  # tools/setup installs it; only a kernel that forbids tracing is an excuse
    if reason:
        pytest.skip(reason)


@pytest.fixture
def house(_can_trace, barnum, mosquitto, credentials, tmp_path):
    anchor = Anchor(MORNING_NS, SystemClock().machine_ns(), speed=1)
    store = StoreConfig(kind="embedded", path=tmp_path / "store.sqlite")
    house = House(barnum, tmp_path, store, anchor, credentials=credentials, broker=mosquitto)
    yield house
    house.end()


def marked(tmp_path, *more: str) -> Launch:
    """Starts a part so that it writes a word whenever a lamp goes on, and before each receipt."""
    return Launch("simulation.chaos.launch", (*more, f"--marks={tmp_path / 'marks'}", "--"))


def press_and_wait(house, node) -> None:
    """Press each button once, and wait for its lamp."""
    for button in house.site.node("barometre").devices[0].buttons[:PRESSES]:
        assert node.say(f"touch {button.pin} {button.lamp} 5") == "lit"


def traced_lamps(house, tmp_path, *more: str) -> list[Call]:
    node = house.node("barometre", marked(tmp_path, *more))
    trace = Trace(node.child.process.pid, tmp_path / "trace")
    press_and_wait(house, node)
    return trace.end()


def test_a_node_syncs_its_outbox_before_the_lamp_goes_on(house, tmp_path):
    calls = traced_lamps(house, tmp_path)
    assert answers(calls, "lamp") == PRESSES
    assert synced_first(calls, "outbox.sqlite", "lamp")


def test_a_lamp_that_does_not_wait_for_the_sync_is_seen_in_the_trace(house, tmp_path):
    calls = traced_lamps(house, tmp_path, "--break=outbox")
    assert answers(calls, "lamp") == PRESSES
    assert not synced_first(calls, "outbox.sqlite", "lamp")


def test_the_recorder_syncs_its_journal_before_it_sends_a_receipt(house, tmp_path):
    calls = traced_receipts(house, tmp_path)
    assert answers(calls, "receipt") >= PRESSES
    assert synced_first(calls, "journal.sqlite", "receipt")
    last_mark = max(place for place, call in enumerate(calls) if '"receipt ' in call.words)
    assert any(call.path.startswith("socket:") for call in calls[last_mark:]), "the receipt never left"


def test_a_recorder_that_does_not_sync_is_seen_in_the_trace(house, tmp_path):
    calls = traced_receipts(house, tmp_path, "--break=sync")
    assert answers(calls, "receipt") >= PRESSES
    assert not synced_first(calls, "journal.sqlite", "receipt")


def traced_receipts(house, tmp_path, *more: str) -> list[Call]:
    """Each press in a message of its own, its receipt waited for."""
    node = house.node("barometre")
    hall = house.hall(marked(tmp_path, *more))
    marks = tmp_path / "marks"
    wait_until(lambda: marks.exists() and "receipt" in marks.read_text(), "the first receipt")
    trace = Trace(hall.process.pid, tmp_path / "trace")
    for button in house.site.node("barometre").devices[0].buttons[:PRESSES]:
        before = marks.read_text().count("receipt")
        node.say(f"touch {button.pin} {button.lamp} 5")
        wait_until(lambda before=before: marks.read_text().count("receipt") > before, "a receipt")
    time.sleep(0.2)  # the receipt is on its way to the socket: let the trace see it leave
    return trace.end()


def wait_until(condition, what: str) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)

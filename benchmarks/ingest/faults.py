"""The same faults for ours and for its peers: how many acknowledged messages are never readable.

For a peer a message is acknowledged when the broker has said so to a publisher that sends again what
it has not heard of (paho, QoS 1). For ours an event is confirmed when its node has it on disk, which
is when the lamp answers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.ingest import load
from benchmarks.ingest.contestants import Ours, Subscriber, Telegraf, usual_program
from benchmarks.ingest.race import readable
from benchmarks.ingest.sending import Nodes
from benchmarks.ingest.stage import MORNING_NS, Stage
from broker.clock import SECOND, Anchor, SystemClock
from broker.connection import Identity
from broker.contract import messages
from simulation.chaos.links import Link

RATE = 1_000
"""Events a second that are said."""
SETTLE_S = 20.0
"""When nothing more has become readable for so long, it is not coming any more."""


class Loss(NamedTuple):
    """What was said and acknowledged, and how much of it can be read in the end."""

    acknowledged: int
    read: int

    @property
    def lost(self) -> int:
        """Acknowledged, and gone."""
        return max(0, self.acknowledged - self.read)


class Scene:
    """One contestant at work, with all that can be killed.

    Args:
        stage: its broker and bucket; the store's address is ``link``'s.
        start: starts the contestant.
        link: the way to InfluxDB.
    """

    def __init__(self, stage: Stage, start: Callable[[], Subscriber | Telegraf | Ours], link: Link) -> None:
        self.stage, self._start, self.link = stage, start, link
        self.pipeline = start()

    def kill_pipeline(self) -> None:
        """Kill it and start it again: it finds its session, or its journal."""
        self.pipeline.kill()
        self.start_pipeline()

    def start_pipeline(self) -> None:
        """Start it again after a kill."""
        if isinstance(self.pipeline, Ours):
            self.pipeline.start(self.stage)
        else:
            self.pipeline = self._start()

    def kill_broker(self) -> None:
        """Kill it and start it again, as systemd does."""
        self.stage.broker.kill()
        self.stage.broker.start()

    def end(self) -> None:
        """End the contestant."""
        if isinstance(self.pipeline, Ours):
            self.pipeline.house.end()
        else:
            self.pipeline.kill()


def pipeline_killed_three_times(scene: Scene) -> None:
    """The process dies while it works, and is started again."""
    for _ in range(3):
        time.sleep(3)
        scene.kill_pipeline()


def broker_killed(scene: Scene) -> None:
    """The broker dies while messages are on their way, and is started again."""
    time.sleep(5)
    scene.kill_broker()
    time.sleep(5)


def both_killed_without_a_store(scene: Scene) -> None:
    """InfluxDB is away for ten seconds; in the middle of them broker and pipeline die."""
    time.sleep(3)
    scene.link.cut()
    time.sleep(5)
    scene.pipeline.kill()
    scene.kill_broker()
    scene.start_pipeline()
    time.sleep(5)
    scene.link.heal()
    time.sleep(2)


OURS = "ours"
CONTESTANTS: dict[str, Callable[[Stage], Subscriber | Telegraf | Ours]] = {
    "(b) paho, Point, WriteApi": usual_program,
    "(c) Telegraf": Telegraf,
    OURS: Ours,
}
FAULTS: dict[str, Callable[[Scene], None]] = {
    "pipeline killed three times": pipeline_killed_three_times,
    "broker killed": broker_killed,
    "broker and pipeline killed, InfluxDB away": both_killed_without_a_store,
}


class Source(Protocol):
    """Whoever says events."""

    def say(self, node: str, event: messages.Event, body: messages.Body) -> None:
        """One more."""

    def end(self) -> int:
        """Say nothing more; how many were acknowledged once everything was delivered or given up."""


class BrokersWord:
    """Publishes at QoS 1 with paho, again after each reconnect; acknowledged is what the broker says."""

    def __init__(self, stage: Stage) -> None:
        self._root = stage.topic.removesuffix("/+")
        self._acknowledged = 0
        self._clients: dict[str, paho.Client] = {}
        self._said = 0
        for node in load.NODES:
            identity = Identity.in_folder(stage.credentials, node)
            client = paho.Client(CallbackAPIVersion.VERSION2, client_id=node, clean_session=False)
            client.tls_set(str(identity.authority), str(identity.certificate), str(identity.key))
            client.on_publish = self._on_publish
            client.reconnect_delay_set(1, 1)
            client.max_inflight_messages_set(200)
            client.connect("localhost", stage.broker.port)
            client.loop_start()
            self._clients[node] = client
        self._lock = threading.Lock()

    def say(self, node: str, event: messages.Event, _body: messages.Body) -> None:
        """See Source."""
        (message,) = load.one_by_one([(node, event)])
        self._said += 1
        self._clients[node].publish(f"{self._root}/{node}", message.payload, qos=1)

    def end(self) -> int:
        """See Source."""
        deadline = time.monotonic() + 60
        while self._acknowledged < self._said and time.monotonic() < deadline:
            time.sleep(0.1)
        for client in self._clients.values():
            client.disconnect()
            client.loop_stop()
        return self._acknowledged

    def _on_publish(self, *_: object) -> None:
        with self._lock:
            self._acknowledged += 1


class NodesWord:
    """Real outboxes and senders; confirmed is what is synced to a node's disk."""

    def __init__(self, stage: Stage) -> None:
        outboxes = stage.folder / "outboxes"
        outboxes.mkdir()
        clock = SystemClock(Anchor(MORNING_NS, SystemClock().machine_ns(), speed=1))
        address = (stage.broker.host, stage.broker.port)
        self._nodes = Nodes(stage.site, list(load.NODES), outboxes, stage.credentials, address, clock)
        self._nodes.start()

    def say(self, node: str, _event: messages.Event, body: messages.Body) -> None:
        """See Source."""
        self._nodes.record(node, body)

    def end(self) -> int:
        """See Source."""
        deadline = time.monotonic() + 60
        while self._nodes.pending and time.monotonic() < deadline:
            time.sleep(0.1)
        self._nodes.close()
        return sum(self._nodes.confirmed.values())


def suffer(stage: Stage, contestant: str, fault: Callable[[Scene], None], link: Link) -> Loss:
    """Let one contestant suffer one fault while events are said; count what is lost."""
    scene = Scene(stage, lambda: CONTESTANTS[contestant](stage), link)
    source: Source = NodesWord(stage) if contestant == OURS else BrokersWord(stage)
    over = threading.Event()
    talk = threading.Thread(target=_talk, args=(stage, source, over), daemon=True)
    talk.start()
    try:
        fault(scene)
        over.set()
        talk.join()
        acknowledged = source.end()
        return Loss(acknowledged, _settled(stage, acknowledged))
    finally:
        over.set()
        scene.end()


def _talk(stage: Stage, source: Source, over: threading.Event) -> None:
    """Say visits at an even rate until told that it is over."""
    seqs = dict.fromkeys(load.NODES, 0)
    begun = time.monotonic()
    for number, (node, body) in enumerate(load.visits(stage.site)):
        if over.is_set():
            return
        seqs[node] += 1
        at_ns = MORNING_NS - 3600 * SECOND + number * 1_000_000
        raw = messages.encode(body)
        source.say(node, load.event(seqs[node], at_ns, raw), body)
        time.sleep(max(0.0, begun + number / RATE - time.monotonic()))


def _settled(stage: Stage, wanted: int) -> int:
    """How many events can be read once everything is, or nothing more comes."""
    ask = readable(stage)
    read, since = 0, time.monotonic()
    while read < wanted and time.monotonic() - since < SETTLE_S:
        time.sleep(0.5)
        now = ask()
        if now > read:
            read, since = now, time.monotonic()
    return read


def table(losses: Mapping[str, Sequence[Loss]]) -> str:
    """One row a fault, one column a contestant: lost of acknowledged."""
    rows = [f"{'lost of acknowledged':<44}" + "".join(f"{name:>28}" for name in losses)]
    for number, fault in enumerate(FAULTS):
        cells = [f"{found[number].lost:,} of {found[number].acknowledged:,}" for found in losses.values()]
        rows.append(f"{fault:<44}" + "".join(f"{cell:>28}" for cell in cells))
    return "\n".join(rows)

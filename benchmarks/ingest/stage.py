"""What every contestant is given alike: a mosquitto, an influxd, certificates, and a fast publisher."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, NamedTuple

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.ingest.load import Message
from broker.certificates import make_credentials
from broker.clock import SECOND
from broker.connection import Identity
from broker.contract import compiled, messages
from broker.contract.topics import DASHBOARD, RECORDER, Topics
from broker.mosquitto.run import Mosquitto
from hall.store.influxql import Bucket
from hall.store.open import StoreConfig

ROOT = Path(__file__).resolve().parents[2]
MORNING_NS = 1_781_600_400 * SECOND
"""Tuesday 16 June 2026, 11:00 in Paris: the civil time of every run."""
PATIENCE_S = 240.0
_FAR = 2_000_000_000


class StuckError(RuntimeError):
    """Something that should have come did not."""


class Told(NamedTuple):
    """The kernel's monotonic nanoseconds of the first publish, and of the broker's last acknowledgement."""

    began_ns: int
    done_ns: int


class OpenBroker(Mosquitto):
    """The site's mosquitto with its queue's bounds far away: these publishers ignore the nodes' window.

    Far, and not 0 for none: at 0 mosquitto 2.0 ends the connection of whoever says a message that it refuses.
    """

    def __init__(self, site: compiled.Site, folder: Path, credentials: Path) -> None:
        super().__init__(site, folder, credentials)
        path = folder / "mosquitto.conf"
        text = path.read_text(encoding="utf-8")
        for bounded in ("max_queued_messages 4000", "max_queued_bytes 67108864"):
            if bounded not in text:
                raise StuckError(f"the template says no more {bounded!r}: what do the nodes' bounds say now?")
            text = text.replace(bounded, f"{bounded.split()[0]} {_FAR}")
        path.write_text(text, encoding="utf-8")


class Stage(NamedTuple):
    """One run's broker, bucket and folder."""

    site: compiled.Site
    folder: Path
    credentials: Path
    broker: OpenBroker
    store: StoreConfig

    @property
    def topic(self) -> str:
        """The filter of everything that nodes say."""
        return Topics(self.site.id).every("event")

    def bucket(self) -> Bucket:
        """The run's bucket, to ask what can be read."""
        token_file = self.store.token_file
        assert token_file is not None  # noqa: S101 - ``Influxd.bucket`` always gives one
        return Bucket(
            self.store.url, self.store.org, self.store.bucket, token_file.read_text(encoding="utf-8")
        )


class Publisher:
    """A ``publisher`` process, loaded and connected."""

    def __init__(self, stage: Stage, load: Path) -> None:
        root = stage.topic.removesuffix("/+")
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "benchmarks.ingest.publisher",
                str(stage.broker.port),
                str(stage.credentials),
                root,
                str(load),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        heard(self._process, "ready")

    def go(self) -> int:
        """Let it publish; when it published first."""
        assert self._process.stdin is not None  # noqa: S101 - a pipe was asked for
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        return heard(self._process, "began")

    def done(self) -> int:
        """When the broker had acknowledged all."""
        at_ns = heard(self._process, "done")
        self._process.wait()
        return at_ns


def save(load: list[Message], path: Path) -> Path:
    """Write messages for publishers to read."""
    path.write_bytes(msgspec.msgpack.encode(load))
    return path


def heard(process: subprocess.Popen[str], word: str) -> int:
    """Wait until a process says that word; the number after it, 0 without one. Raises StuckError."""
    out: IO[str] | None = process.stdout
    assert out is not None  # noqa: S101 - a pipe was asked for
    for line in out:
        first, *rest = line.split()
        if first == word:
            return int(rest[0]) if rest else 0
    raise StuckError(f"{process.args} ended before it said {word}")


def until(condition: Callable[[], bool], what: str, every_s: float = 0.02) -> int:
    """Wait; the monotonic nanosecond at which the condition was seen to hold. Raises StuckError."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        asked_ns = time.monotonic_ns()
        if condition():
            return asked_ns
        if time.monotonic() > deadline:
            raise StuckError(f"{what} did not come in {PATIENCE_S:.0f} s")
        time.sleep(every_s)


def wait_for_recorder(stage: Stage) -> None:
    """Until the hall process says that it takes events."""
    identity = Identity.in_folder(stage.credentials, DASHBOARD)
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=identity.name)
    client.tls_set(str(identity.authority), str(identity.certificate), str(identity.key))
    online = False

    def on_message(_client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
        nonlocal online
        online |= msgspec.json.decode(message.payload, type=messages.RecorderStatus).state == "online"

    topic = Topics(stage.site.id).of("status", RECORDER)
    client.on_connect = lambda *_: client.subscribe(topic, qos=1)
    client.on_message = on_message
    client.connect("localhost", stage.broker.port)
    client.loop_start()
    try:
        until(lambda: online, "the recorder's word")
    finally:
        client.disconnect()
        client.loop_stop()


def make_shared_credentials(site: compiled.Site, folder: Path) -> Path:
    """Certificates for all runs."""
    make_credentials(site, folder)
    return folder

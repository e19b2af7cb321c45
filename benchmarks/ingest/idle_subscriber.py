"""A paho subscriber that does nothing but count: the ceiling for any program that receives with paho.

Arguments: port, folder of certificates, topic filter, how many messages.
"""

from __future__ import annotations

import sys
import time

import paho.mqtt.client as paho

from benchmarks.ingest.usual_program import subscribed


def main() -> None:
    """Say ``ready``, and ``done`` with the kernel's monotonic nanoseconds at the last message."""
    port, credentials, topic, count = sys.argv[1:]
    expected, received = int(count), 0

    def on_message(_client: paho.Client, _userdata: object, _message: paho.MQTTMessage) -> None:
        nonlocal received
        received += 1
        if received == expected:
            print("done", time.monotonic_ns(), flush=True)

    subscribed(int(port), credentials, topic, on_message).loop_forever()


if __name__ == "__main__":
    main()

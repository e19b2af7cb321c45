"""The program that everybody writes: paho, a Point for each event, and the batching WriteApi.

Arguments: port, folder of certificates, topic filter, InfluxDB's address, org, bucket, token file.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import influxdb_client
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from broker.connection import Identity
from broker.contract.topics import RECORDER


def subscribed(
    port: int,
    credentials: str,
    topic: str,
    on_message: Callable[[paho.Client, object, paho.MQTTMessage], None],
) -> paho.Client:
    """A paho client with a persistent session; it says ``ready`` once the broker has its subscription."""
    identity = Identity.in_folder(Path(credentials), RECORDER)
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=identity.name, clean_session=False)
    client.tls_set(str(identity.authority), str(identity.certificate), str(identity.key))
    client.on_connect = lambda *_: client.subscribe(topic, qos=1)
    client.on_subscribe = lambda *_: print("ready", flush=True)
    client.on_socket_open = lambda _client, _userdata, opened: opened.setsockopt(
        socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
    )
    client.on_message = on_message
    client.reconnect_delay_set(1, 1)
    client.connect("localhost", port)
    return client


def main() -> None:
    """Until it is killed."""
    port, credentials, topic, url, org, bucket, token_file = sys.argv[1:]
    token = Path(token_file).read_text(encoding="utf-8").strip()
    influx = influxdb_client.InfluxDBClient(url, token, org=org)
    writer = influx.write_api()  # the library's default: batches of 1,000, or one each second

    def on_message(_client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
        node = message.topic.rsplit("/", 1)[1]
        batch = json.loads(message.payload)
        for event in batch["events"]:
            point = (
                influxdb_client.Point("event")
                .tag("node", node)
                .tag("type", event["body"]["type"])
                .field("run", batch["run"])
                .field("seq", event["seq"])
                .time(event["at_ns"])
            )
            writer.write(bucket=bucket, record=point)

    subscribed(int(port), credentials, topic, on_message).loop_forever()


if __name__ == "__main__":
    main()

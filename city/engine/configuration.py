"""The engine's files, from the one template: for a real city and for the tests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import PurePosixPath
from string import Template
from typing import Any, Final, NamedTuple

from broker.connection import AUTHORITY
from broker.contract import city

CONFIGURATION: Final = "nats-server.conf"
USERS: Final = "users.conf"
"""Who may do what: made from the city's description, included by the configuration."""

CLIENT_PORT: Final = 4222
MQTT_PORT: Final = 8883
CLUSTER_PORT: Final = 6222
MONITORING: Final = "127.0.0.1:8222"

_JETSTREAM: Final = ["$JS.API.>", "$JS.ACK.>", "$JS.FC.>"]


_UNDOING: Final = [
    f"$JS.API.STREAM.{verb}.{city.STREAM}" for verb in ("DELETE", "PURGE", "UPDATE", "MSG.DELETE")
]
"""What nobody may ask of the city's journal: it is only added to."""


class Server(NamedTuple):
    """One server of the cluster: its name, and where it listens (HOST:PORT) for whom.

    ``client`` is for the city's programs, ``mqtt`` for sites, ``cluster`` for the other servers, which find
    it at ``route``: a host name that is on its certificate. ``monitoring`` gives its health and figures over
    HTTP; empty for none.
    """

    name: str
    client: str
    mqtt: str
    cluster: str
    route: str
    monitoring: str = ""


def server_configuration(
    server: Server,
    every: Sequence[Server],
    *,
    folder: str,
    credentials: tuple[str, ...],
    sync: str = "2m",
    most_disk: str = "100GB",
) -> str:
    """The text of ``nats-server.conf``.

    Args:
        server: whose.
        every: all servers of the cluster, this one too.
        folder: where its part of the city's journal lies.
        credentials: paths of the authority, this server's certificate and its key.
        sync: how often it syncs to disk, or ``always``.
        most_disk: what the journal may take.
    """
    template = resources.files("city.engine").joinpath("nats-server.conf.template")
    authority, certificate, key = credentials
    routes = ", ".join(f'"nats://{other.route}"' for other in every if other != server)
    values = {
        "name": server.name,
        "client": server.client,
        "mqtt": server.mqtt,
        "cluster": server.cluster,
        "routes": routes,
        "replicas": str(min(3, len(every))),
        "folder": folder,
        "authority": authority,
        "certificate": certificate,
        "key": key,
        "users": USERS,
        "sync": sync if sync == "always" else f'"{sync}"',
        "most_disk": most_disk,
        "most_bytes": str(city.MOST_BYTES),
        "monitoring": f'http: "{server.monitoring}"' if server.monitoring else "",
    }
    return Template(template.read_text(encoding="utf-8")).substitute(values)


def server_files(
    name: str,
    hosts: Mapping[str, str],
    sites: Sequence[str],
    *,
    folder: PurePosixPath,
    credentials: PurePosixPath,
    sync: str = "always",
) -> dict[str, str]:
    """The files of a real city's server by name, as they lie on its machine.

    Args:
        name: of the server, one of ``hosts``; its certificate and key are ``<name>.pem`` and ``<name>.key``.
        hosts: the host name of each server, as the others find it and as its certificate says.
        sites: who may write.
        folder: where its part of the city's journal will lie.
        credentials: where ``ca.pem``, the certificate and the key will lie.
        sync: see ``server_configuration``.

    Raises:
        KeyError: the server is none of the hosts.
        ValueError: a site's name cannot be one.
    """
    every = {
        one: Server(
            one,
            f"0.0.0.0:{CLIENT_PORT}",
            f"0.0.0.0:{MQTT_PORT}",
            f"0.0.0.0:{CLUSTER_PORT}",
            f"{host}:{CLUSTER_PORT}",
            MONITORING,
        )
        for one, host in hosts.items()
    }
    text = server_configuration(
        every[name],
        [*every.values()],
        folder=str(folder),
        credentials=tuple(str(credentials / file) for file in (AUTHORITY, f"{name}.pem", f"{name}.key")),
        sync=sync,
    )
    return {CONFIGURATION: text, USERS: users_configuration(sites)}


def users_configuration(sites: Sequence[str]) -> str:
    """The text of ``users.conf``: each site under its own name, and the city's two programs.

    Raises:
        ValueError: a site's name cannot be one.
    """
    users = [_recorder(), _feed(), *(_site(site) for site in sites)]
    lines = ",\n".join(f"    {json.dumps(user)}" for user in users)
    head = "# Generated from broker/contract/city.py: do not edit."
    return f"{head}\nauthorization {{\n  users = [\n{lines}\n  ]\n}}\n"


def _site(site: str) -> dict[str, Any]:
    rights = city.site_rights(site)
    return {
        "user": site,
        # MQTT only: a site's certificate opens nothing of the engine's own protocol.
        "allowed_connection_types": ["MQTT"],
        "permissions": {
            "publish": {"allow": [city.subject(right.topic) for right in rights if right.way == "write"]},
            "subscribe": {"allow": [city.subject(right.topic) for right in rights if right.way == "read"]},
        },
    }


def _recorder() -> dict[str, Any]:
    return {
        "user": city.RECORDER,
        "allowed_connection_types": ["STANDARD"],
        "permissions": {
            "publish": {
                "allow": [
                    *_JETSTREAM,
                    f"{city.subject(city.ROOT)}.receipt.*",
                    f"{city.JOURNAL_SUBJECT}.*",
                    f"$KV.{city.MEMBERS}.>",
                    f"$KV.{city.SITES}.>",
                ],
                "deny": _UNDOING,
            },
            "subscribe": {"allow": ["_INBOX.>", f"{city.subject(city.ROOT)}.batch.*"]},
        },
    }


def _feed() -> dict[str, Any]:
    """It reads: what it may ask of the engine changes no journal."""
    return {
        "user": city.FEED,
        "allowed_connection_types": ["STANDARD"],
        "permissions": {
            "publish": {
                "allow": _JETSTREAM,
                "deny": _UNDOING,
            },
            "subscribe": {"allow": ["_INBOX.>"]},
        },
    }

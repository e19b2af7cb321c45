"""The contract as an AsyncAPI 3 document: for whoever joins the broker with a program of their own.

Made from the same structs, topics and rights that the processes use, so that it cannot say anything
else. AsyncAPI describes one application; here each room of the house is a role, and every operation
names its own in ``tags``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from broker.contract import access, compiled, messages, views
from broker.contract.topics import RULES, Kind, Topics

VERSION: Final = "3.0.0"
ROLES: Final = {
    "node": "One Raspberry Pi of the site.",
    "recorder": "The hall process: recorder, queue, views.",
    "dashboard": "The pages, and the consoles' requests.",
    "exercise": "A rehearsal's virtual visitors: tickets marked as such, in no figure.",
}
_REF: Final = "#/components/schemas/{name}"
_LEVELS: Final[dict[Kind, tuple[str, ...]]] = {
    "event": ("node",),
    "receipt": ("node",),
    "answer": ("node",),
    "status": ("node",),
    "health": ("node",),
    "view": ("id",),
    "private": ("id",),
    "display": ("display",),
    "command": ("node",),
    "log": ("node",),
}
"""What the levels after the kind are called; of views the first names the view, and is a channel's own."""
_MEANINGS: Final = {
    "site": "The site's id.",
    "node": "The node's name: its certificate, user name and client id.",
    "id": "What the view is about (`now`, `latest`, or an id of the site description).",
    "display": "The display's id.",
}
_PAYLOADS: Final[dict[Kind, tuple[type[msgspec.Struct], ...]]] = {
    "event": (messages.Batch,),
    "receipt": (messages.Receipt,),
    "answer": (messages.Answer,),
    "status": (messages.NodeStatus, messages.RecorderStatus),
    "health": (messages.NodeHealth,),
    "display": (views.DisplayView, views.RoomLightView),
    "command": (messages.Command,),
    "log": (messages.NodeLog,),
}


def document(site: compiled.Site, version: str) -> dict[str, Any]:
    """The document of a site's MQTT side.

    Args:
        site: whose rights are told; topics are the same for every site.
        version: the program's.
    """
    channels = dict(_channels())
    return {
        "asyncapi": VERSION,
        "info": {
            "title": "Pré-accueil, MQTT",
            "version": version,
            "description": (
                "JSON over MQTT 3.1.1 or 5, TLS, one client certificate for each client. "
                "Delivery from end to end is told in docs/architecture.md."
            ),
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": dict(_operations(site, channels)),
        "components": {"schemas": _schemas()},
    }


def _channels() -> Iterator[tuple[str, dict[str, Any]]]:
    for kind, rule in RULES.items():
        for name, types in _contents(kind):
            levels = _LEVELS[kind]
            path = [kind, *([name] if name else []), *(f"{{{level}}}" for level in levels)]
            key = "-".join([kind, *([name] if name else [])])
            yield (
                key,
                {
                    "address": "/".join((Topics("{site}").root, *path)),
                    "title": key,
                    "description": rule.meaning,
                    "parameters": {level: {"description": _MEANINGS[level]} for level in ("site", *levels)},
                    "messages": {each.__name__: _message(each) for each in types},
                },
            )


def _contents(kind: Kind) -> list[tuple[str, tuple[type[msgspec.Struct], ...]]]:
    """The channels of a kind of topic: one, or one for each view."""
    match kind:
        case "view":
            return [(name, (each,)) for name, each in views.PUBLIC.items()]
        case "private":
            return [(name, (each,)) for name, each in views.PRIVATE.items()]
        case _:
            return [("", _PAYLOADS[kind])]


def _message(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {
        "name": kind.__name__,
        "summary": inspect.cleandoc(kind.__doc__ or "").split("\n", maxsplit=1)[0],
        "payload": {"$ref": _REF.format(name=kind.__name__)},
    }


def _operations(site: compiled.Site, channels: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    topics = Topics(site.id)
    rights = {
        "node": [right for node in site.nodes for right in access.node_rights(site, node)],
        "recorder": access.recorder_rights(topics),
        "dashboard": access.dashboard_rights(topics),
        "exercise": access.exercise_rights(topics),
    }
    for role, told in rights.items():
        allowed = {(right.way, *_channel_of(topics, right.topic)) for right in told}
        for way in ("write", "read"):
            for key, channel in channels.items():
                kind, _, name = key.partition("-")
                if (way, kind, name) not in allowed and (way, kind, "") not in allowed:
                    continue
                rule = RULES[kind]  # type: ignore[index]  # a channel's key begins with its kind
                action = "send" if way == "write" else "receive"
                yield (
                    f"{role}-{action}-{key}",
                    {
                        "action": action,
                        "channel": {"$ref": f"#/channels/{key}"},
                        "summary": channel["description"],
                        "tags": [{"name": role, "description": ROLES[role]}],
                        "bindings": {
                            "mqtt": {"qos": rule.qos, "retain": rule.retain, "bindingVersion": "0.2.0"}
                        },
                    },
                )


def _channel_of(topics: Topics, topic: str) -> tuple[str, str]:
    """The kind and the view's name that a right is about; the name is empty where it is about all."""
    kind, *path = topic.removeprefix(f"{topics.root}/").split("/")
    named = kind in ("view", "private") and path[0] != "+"
    return kind, path[0] if named else ""


def _schemas() -> dict[str, Any]:
    types: list[Any] = [each for kind in RULES for _, some in _contents(kind) for each in some]
    _, found = msgspec.json.schema_components([*types, messages.AnyBody], ref_template=_REF)
    bodies, _ = msgspec.json.schema_components([messages.AnyBody], ref_template=_REF)
    found["Event"]["properties"]["body"] = dict(bodies[0])
    return {name: _tidied(schema) for name, schema in sorted(found.items())}


def _tidied(value: Any) -> Any:
    """Without OpenAPI's discriminator, which AsyncAPI spells otherwise: each body's ``type`` tells it."""
    match value:
        case dict():
            kept = {key: _tidied(inner) for key, inner in value.items() if key != "discriminator"}
            if isinstance(kept.get("description"), str):
                kept["description"] = inspect.cleandoc(kept["description"]).replace("``", "`")
            if isinstance(kept.get("pattern"), str):
                # Python's anchors, as ECMA 262 (which JSON Schema asks for) spells them.
                kept["pattern"] = re.sub(r"\\Z$", "$", re.sub(r"^\\A", "^", kept["pattern"]))
            return kept
        case list():
            return [_tidied(inner) for inner in value]
        case _:
            return value

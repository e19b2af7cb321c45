"""The technician's page: nodes, devices, faults, the ledger, the quarantine; and commands to nodes."""

from __future__ import annotations

import secrets
from typing import Final, Literal

import msgspec
from flask import Blueprint, abort, request
from flask.wrappers import Response

from broker.clock import SECOND
from broker.contract import compiled, messages
from broker.contract.faults import CODES
from broker.contract.topics import DASHBOARD
from dashboard import session
from dashboard.page import dashboard, page

EXPIRES_S: Final = 30
"""Civil seconds for which a command counts: a node that comes back later does nothing surprising."""

blueprint = Blueprint("technique", __name__)


@blueprint.get("/technique")
@session.needs("technician")
def show() -> Response:
    """The page; its values come over the stream."""
    here = dashboard()
    return page(
        "technique.html",
        "technique",
        "fault",
        "remark",
        stream="technique",
        screen="technique",
        nodes=here.site.nodes,
        console=DASHBOARD,
        store=here.aside(lambda: here.store.name),
        codes=[*CODES.items()],
        printing={node.id for node in here.site.nodes if _prints(node)},
    )


def _prints(node: compiled.Node) -> bool:
    return any(isinstance(device, compiled.TicketPrinter) for device in node.devices)


class Command(msgspec.Struct, forbid_unknown_fields=True):
    """What a node is to do: blink and show its name, show that its devices work, start anew, or tell its log.

    ``paper``: a self-test also prints a test ticket.
    """

    action: Literal["identify", "self_test", "restart", "log"]
    paper: bool = False


@blueprint.post("/technique/<node_id>")
@session.needs("technician")
def command(node_id: str) -> tuple[dict[str, str], int]:
    """Send a node a command; it counts for half a minute, and once."""
    here = dashboard()
    if node_id not in {node.id for node in here.site.nodes}:
        abort(404)
    try:
        wanted = messages.decode(request.get_data(), Command)
    except msgspec.DecodeError as problem:
        abort(400, str(problem))
    if here.order is None or not here.live.hall_is_heard():
        abort(503)
    expires_ns = here.live.civil_ns() + EXPIRES_S * SECOND
    sent = messages.Command(
        key=secrets.token_hex(8), action=wanted.action, expires_ns=expires_ns, paper=wanted.paper
    )
    here.order(node_id, sent)
    session.note("node_commanded", f"{node_id}: {wanted.action}")
    return {"key": sent.key}, 202

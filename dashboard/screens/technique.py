"""The technician's page, read only: nodes, devices, what is pending, the ledger and the quarantine."""

from __future__ import annotations

from flask import Blueprint
from flask.wrappers import Response

from broker.contract.faults import CODES
from broker.contract.topics import DASHBOARD
from dashboard.page import dashboard, page

blueprint = Blueprint("technique", __name__)


@blueprint.get("/technique")
def show() -> Response:
    """The page; its values come over the stream."""
    here = dashboard()
    return page(
        "technique.html",
        "technique",
        "fault",
        stream="technique",
        screen="technique",
        nodes=here.site.nodes,
        console=DASHBOARD,
        store=here.aside(lambda: here.store.name),
        codes=[*CODES.items()],
        speaks=here.speech.is_there,
    )

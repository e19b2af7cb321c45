"""The application: one blueprint a screen, the headers every answer carries, and pages for errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

import msgspec
from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from broker.clock import Clock
from broker.contract import compiled, messages
from broker.contract.messages import NodeHealth, NodeStatus
from dashboard import first, guard, metrics, session, stream
from dashboard.accounts import Accounts
from dashboard.live import Live
from dashboard.modules import modules_of
from dashboard.page import Dashboard, call_here, dashboard, page, texts
from dashboard.requests import Requests
from dashboard.screens import (
    access,
    barometer,
    barometer_results,
    bilan,
    calls,
    console,
    espace,
    history,
    language,
    open_data,
    paper,
    settings,
    signin,
    so_far,
    supervisor,
    technique,
    weather,
)
from dashboard.speech import Speech
from hall.store.interface import Store

MOST_POSTED_BYTES: Final = 4096


KEPT_PICTURES_S: Final = 3600
"""Browsers ask for the file of icons again for each icon they draw, unless they may keep it for a while."""


class Pages(Flask):
    """Scripts and styles are asked for at each visit, so that they fit the page; pictures are kept."""

    def get_send_file_max_age(self, filename: str | None) -> int | None:
        """See Flask."""
        is_kept = filename is not None and filename.endswith((".svg", ".woff2"))
        return KEPT_PICTURES_S if is_kept else super().get_send_file_max_age(filename)


def create_app(
    site: compiled.Site,
    live: Live,
    store: Store,
    clock: Clock,
    *,
    requests: Requests | None = None,
    accounts: Accounts | None = None,
    aside: Callable[[Callable[[], Any]], Any] = call_here,
    speech: Speech | None = None,
    order: Callable[[str, messages.Command], None] | None = None,
    release: str = "",
    proxied_as: Sequence[str] = (),
) -> Flask:
    """The dashboard of a site.

    Args:
        site: the compiled description.
        live: the newest views, fed by the connection to the broker.
        store: what history is asked of.
        clock: machine time for ages and presses.
        requests: the way to the hall; without one the consoles only show.
        accounts: who may press; without them nobody may sign in.
        aside: runs a question to the store without holding up the live pages.
        speech: says calls aloud; without it the call screen chimes only.
        order: sends a node a technician's command; without it none can be sent.
        release: what is deployed here.
        proxied_as: names by which a proxy on this machine serves the pages; empty without one. What it says
            of the visitor then counts, and a request for any other name is refused. Without one, pages are
            served under this machine's own names and addresses.
    """
    app = Pages(__name__)
    if proxied_as:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    guard.protect(
        app,
        names=proxied_as or guard.names_of_this_machine(),
        by_address=not proxied_as,
        most_bytes=MOST_POSTED_BYTES,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's own provider has it
    app.extensions["dashboard"] = Dashboard(
        site, live, store, clock, requests, aside, speech or Speech(None), order, release
    )
    for screen in (
        espace,
        so_far,
        calls,
        barometer,
        barometer_results,
        console,
        paper,
        supervisor,
        settings,
        access,
        bilan,
        history,
        open_data,
        technique,
        signin,
        language,
        weather,
        stream,
    ):
        app.register_blueprint(screen.blueprint)
    if accounts is not None:
        session.set_up(app, accounts, clock)
    app.add_url_rule("/sante", "health", health)
    app.add_url_rule("/metrics", "metrics", metrics.show)
    app.after_request(keep_no_page)
    app.register_error_handler(HTTPException, show_error)
    app.context_processor(lambda: {"t": texts(), "site": site, "screen": "", "account": session.account()})
    app.jinja_env.filters["short_name"] = compiled.short_name
    app.jinja_env.filters |= {"told": first.told, "minutes": first.minutes}
    app.jinja_env.globals |= {"modules_of": modules_of, "first_word": first.first_word, "known": first.known}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    return app


class NodeWord(msgspec.Struct):
    """A node in short; ``faults`` are its devices', as ``device: fault``."""

    state: Literal["online", "lost", "unknown"]
    release: str
    faults: list[str]


class Health(msgspec.Struct):
    """What monitoring and an update's gate read: 200 when the hall is heard, 503 when all is unknown."""

    state: Literal["ok", "hall_not_heard"]
    broker_connected: bool
    recorder_age_s: float | None
    views: int
    pages_open: int
    unreadable: int
    release: str
    nodes: dict[str, NodeWord]


def _node_word(live: Live, node: str) -> NodeWord:
    status, health = live.view(f"status/{node}"), live.view(f"health/{node}")
    return NodeWord(
        state=status.state if isinstance(status, NodeStatus) else "unknown",
        release=status.version if isinstance(status, NodeStatus) else "",
        faults=[f"{one.id}: {one.fault}" for one in health.devices if one.state != "ok"]
        if isinstance(health, NodeHealth)
        else [],
    )


def health() -> tuple[Response, int]:
    """For monitoring: is the hall heard, and how much is held and followed."""
    beat, (views, listeners) = dashboard().live.beat(), dashboard().live.counts()
    heard = dashboard().live.hall_is_heard()
    told = Health(
        state="ok" if heard else "hall_not_heard",
        broker_connected=beat.broker,
        recorder_age_s=beat.recorder_age_s,
        views=views,
        pages_open=listeners,
        unreadable=dashboard().live.unreadable,
        release=dashboard().release,
        nodes={node.id: _node_word(dashboard().live, node.id) for node in dashboard().site.nodes},
    )
    return jsonify(msgspec.to_builtins(told)), 200 if heard else 503


def keep_no_page(response: Response) -> Response:
    """Pages are never kept by browsers: they hold the reader's language, and who is signed in."""
    if response.mimetype in {"text/html", "application/json"}:
        response.headers["Cache-Control"] = "no-store"
    return response


def show_error(problem: HTTPException) -> Response:
    """An error in words, with where to go."""
    if isinstance(problem, SecurityError):
        # There is no page, not even for an error, under a name that is not ours.
        told = "Rien n'est servi sous ce nom. / Nothing is served under this name.\n"
        return Response(told, 400, mimetype="text/plain")
    code = problem.code or InternalServerError.code
    known = code if code in {400, 401, 403, 404, 405, 413, 429, 503} else 500
    return page("error.html", status=code, code=code, about=f"error.{known}")

"""The city's application: the look, languages and accounts of a site's pages over all sites."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from broker.clock import Clock
from city.description import CitySiteDescription
from dashboard import guard, session
from dashboard.accounts import Accounts
from dashboard.app import MOST_POSTED_BYTES, Pages, keep_no_page, show_error
from dashboard.city import screens
from dashboard.city.gathering import Gathering
from dashboard.city.place import City
from dashboard.modules import modules_of
from dashboard.page import call_here, texts
from dashboard.screens import language, signin
from hall.store.interface import Store

_ROOM: Final = Path(__file__).parent
_SITES_PAGES: Final = _ROOM.parent

TARGET_MIN: Final = 20
"""The sheet's own: who waits longer from the ticket has not been served in time."""


def create_city_app(
    sites: Sequence[CitySiteDescription],
    stores: Mapping[str, Store],
    state: Path,
    clock: Clock,
    *,
    accounts: Accounts | None = None,
    aside: Callable[[Callable[[], Any]], Any] = call_here,
    release: str = "",
    target_min: int = TARGET_MIN,
    proxied_as: Sequence[str] = (),
) -> Flask:
    """The pages of a city.

    Args:
        sites: as the city's description has them.
        stores: the city's store of each site, by its name.
        state: the feed's folder: pages read what it has seen.
        clock: of this process.
        accounts: who may see how sites are linked; without them nobody may sign in.
        aside: runs a question to the stores without holding up other pages.
        release: what is deployed here.
        target_min: the wait, in minutes, that all sites are measured by.
        proxied_as: see ``dashboard.create_app``.
    """
    app = Pages(__name__, static_folder=str(_SITES_PAGES / "static"))
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(folder / "templates") for folder in (_ROOM, _SITES_PAGES)]
    )
    if proxied_as:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    guard.protect(
        app,
        names=proxied_as or guard.names_of_this_machine(),
        by_address=not proxied_as,
        most_bytes=MOST_POSTED_BYTES,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's own provider has it
    app.extensions["dashboard"] = City(sites, stores, state, clock, aside, release, target_min)
    app.extensions["gathering"] = Gathering()
    for screen in (screens, signin, language):
        app.register_blueprint(screen.blueprint)
    if accounts is not None:
        session.set_up(app, accounts, clock)
    app.after_request(keep_no_page)
    app.register_error_handler(HTTPException, show_error)
    app.context_processor(screens.standing_now)
    app.context_processor(lambda: {"t": texts(), "screen": "", "account": session.account()})
    app.jinja_env.filters["moment"] = screens.clock_of
    app.jinja_env.filters["long_day"] = screens.day_of
    app.jinja_env.filters["tenths"] = screens.tenths
    app.jinja_env.globals["modules_of"] = modules_of
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    return app

"""The phone page's own listener: bounded, and in a hurry with whoever does not say what he wants."""

from __future__ import annotations

import logging
from typing import Any, Final

import gevent
from flask import Flask
from gevent.pool import Pool
from gevent.pywsgi import WSGIHandler, WSGIServer

log = logging.getLogger(__name__)

MOST_CONNECTIONS: Final = 1500
"""300 phones with a stream and a page being loaded each, several times over."""

ASK_WITHIN_S: Final = 10.0
"""A connection that has not asked for anything by then is closed: phones come and go without a word."""

TAKE_WITHIN_S: Final = 20.0
"""A phone that takes nothing for so long is out of reach."""


class _Hasty(WSGIHandler):
    """Gives each request a deadline to be said, and each answer one to be taken."""

    _deadline: gevent.Timeout | None = None

    def handle(self) -> None:
        self.socket.settimeout(TAKE_WITHIN_S)
        try:
            super().handle()
        except gevent.Timeout as late:
            if late is not self._deadline:
                raise
            self.close_connection = True
        finally:
            self._met()

    def read_requestline(self) -> Any:
        self._met()
        self._deadline = gevent.Timeout.start_new(ASK_WITHIN_S)
        return super().read_requestline()

    def handle_one_response(self) -> None:
        self._met()
        super().handle_one_response()

    def _met(self) -> None:
        if self._deadline is not None:
            self._deadline.close()
            self._deadline = None


class PhoneServer(WSGIServer):
    """Serves the phone page.

    Args:
        address: host and port to listen on.
        app: see ``create_phone_app``.
    """

    handler_class = _Hasty

    def __init__(self, address: tuple[str, int], app: Flask) -> None:
        super().__init__(address, app, spawn=Pool(MOST_CONNECTIONS), log=None, error_log=log, backlog=512)

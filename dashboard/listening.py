"""How pages listen: bounded, and in a hurry with whoever does not say what he wants or takes nothing."""

from __future__ import annotations

import logging
import resource
import socket
from typing import Any, Final

import gevent
from flask import Flask
from gevent.pool import Pool
from gevent.pywsgi import WSGIHandler, WSGIServer

log = logging.getLogger(__name__)

ASK_WITHIN_S: Final = 10.0
"""A connection that has not asked for anything by then is closed: phones come and go without a word."""

TAKE_WITHIN_S: Final = 20.0
"""A browser that takes nothing for so long is out of reach."""

SENT_AHEAD_BYTES: Final = 64 * 1024
"""What may be on its way to a browser that takes nothing: later, it is told what is the case by then."""

MOST_FILES: Final = 8192
"""A connection is an open file; where less is allowed (often 1,024), as many as this process may ask for."""


class _Hasty(WSGIHandler):
    """Gives each request a deadline to be said, and each answer one to be taken."""

    _deadline: gevent.Timeout | None = None

    def handle(self) -> None:
        self.socket.settimeout(TAKE_WITHIN_S)
        # A machine that was switched off answers nothing at all: the kernel gives up as early as we do.
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(TAKE_WITHIN_S * 1000))
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


class PageServer(WSGIServer):
    """Serves one application.

    Args:
        address: host and port to listen on.
        app: the application.
        most_connections: as many are served at once; who comes then waits.
    """

    handler_class = _Hasty

    def __init__(self, address: tuple[str, int], app: Flask, *, most_connections: int) -> None:
        super().__init__(address, app, spawn=Pool(most_connections), log=None, error_log=log, backlog=512)

    def init_socket(self) -> None:
        """See WSGIServer; what is set here holds for each connection, too."""
        super().init_socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SENT_AHEAD_BYTES)


def allow_many_files() -> None:
    """Let this process hold as many connections as it may."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(MOST_FILES, most)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))

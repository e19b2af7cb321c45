"""What stands before every address of both applications: names, other sites' pages, sizes and headers.

It is done here and not in the views, so that an address added tomorrow has it without anybody thinking of it.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from werkzeug.exceptions import SecurityError

POLICY: Final = {
    # Everything comes from here: no other host, nothing inline, in no one's frame.
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
}
"""The headers of every answer; an application may say some of them more strictly."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def protect(
    app: Flask,
    *,
    names: Iterable[str],
    by_address: bool,
    most_bytes: int,
    headers: Mapping[str, str] = {},
) -> None:
    """Guard every address of an application, those that do not exist included.

    Args:
        app: the application.
        names: the host names it is served under; ``localhost`` and loopback addresses are always.
        by_address: whether any IP address is good, too: one cannot be made to point elsewhere.
        most_bytes: the longest body that is read; a longer one is answered 413.
        headers: what is said instead of ``POLICY``, or beside it.
    """
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = most_bytes
    known = frozenset(name.lower() for name in names if name)
    said = {**POLICY, **headers}

    def refuse() -> None:
        if not _is_ours(request.host, known, by_address=by_address):
            raise SecurityError(f"nothing is served as {request.host!r}")
        if request.method not in SAFE_METHODS:
            refuse_other_sites()

    def add_headers(response: Response) -> Response:
        for name, value in said.items():
            response.headers[name] = value
        return response

    app.before_request(refuse)
    app.after_request(add_headers)


def names_of_this_machine() -> list[str]:
    """What this machine is called on its own network."""
    name = socket.gethostname()
    return [name, f"{name}.local"]


def refuse_other_sites() -> None:
    """End the request with 403 when a browser sends it for another site's page.

    The algorithm is that of Go's ``http.CrossOriginProtection``: ``Sec-Fetch-Site`` where the browser
    says it (over TLS or on localhost), else ``Origin`` against ``Host``; what has neither is no browser.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        same = site in {"same-origin", "none"}
    else:
        same = origin is None or _netloc(origin) == request.host
    if not same:
        abort(403)


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # like ``http://[``
        return None


def _is_ours(host: str, names: frozenset[str], *, by_address: bool) -> bool:
    """Whether we are served as that host.

    A page elsewhere whose name is made to point here (DNS rebinding) would otherwise be of our origin.
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if name in names or name == "localhost":
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    return by_address or address.is_loopback

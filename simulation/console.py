"""The agents' console pages, as an agent uses them beside the panel: the number called, and "has come".

A discreet call is told on the console only, and the panel has no button for the start of a visit.
"""

from __future__ import annotations

import http
import http.client
import logging
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import msgspec

from broker.contract.views import ConsoleView

log = logging.getLogger(__name__)

ACCOUNT = "demo-simulation"
"""The demonstration's account for simulated agents: ``dashboard.accounts.SIMULATED``."""
RETRY_S = 1.0
TIMEOUT_S = 10.0


class _Told(msgspec.Struct):
    """A line of the console's stream; beats have no topic."""

    topic: str = ""
    view: msgspec.Raw = msgspec.Raw(b"null")


class ConsolePages:
    """One open console for each desk, read from the dashboard's own stream of events.

    Args:
        page: the dashboard's address.
        desks: whose consoles are open.
    """

    def __init__(self, page: str, desks: list[str]) -> None:
        self._address = urlsplit(page).netloc
        self._views: dict[str, ConsoleView] = {}
        self._hand = ThreadPoolExecutor(1, "console")
        self._closed = False
        self._session = ""
        for desk in desks:
            threading.Thread(target=self._follow, args=(desk,), name=f"console {desk}", daemon=True).start()

    def number(self, desk: str) -> str | None:
        """The number that is called or served at the desk; None when nobody is, or nothing is known."""
        view = self._views.get(desk)
        return view.number or None if view is not None and view.state in {"called", "serving"} else None

    def is_taken(self, desk: str) -> bool:
        """Whether a person sits at this desk's console: they pressed last, and have not closed it."""
        view = self._views.get(desk)
        return view is not None and view.state != "closed" and view.by not in {"", ACCOUNT}

    def has_come(self, desk: str) -> None:
        """Press "has come": the visit begins. Returns at once."""
        view = self._views.get(desk)
        if view is not None and view.state == "called":
            self._hand.submit(self._post, f"/guichet/{desk}/start", view.call)

    def close(self) -> None:
        """Leave the pages."""
        self._closed = True
        self._hand.shutdown(cancel_futures=True)

    def _post(self, path: str, call: str) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT_S)
        try:
            body = msgspec.json.encode({"key": secrets.token_hex(8), "call": call})
            headers = {"Content-Type": "application/json", "Cookie": self._session}
            connection.request("POST", path, body, headers)
            connection.getresponse().read()
        except OSError as problem:
            log.warning("the console does not take %s: %s", path, problem)
        finally:
            connection.close()

    def _follow(self, desk: str) -> None:
        while not self._closed:
            try:
                self._read_stream(desk)
            except (OSError, http.client.HTTPException) as problem:
                log.info("the console of %s is away: %s", desk, problem)
            self._views.pop(desk, None)
            threading.Event().wait(RETRY_S)

    def _read_stream(self, desk: str) -> None:
        if not self._session:
            self._sign_in()
        connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT_S)
        try:
            connection.request("GET", f"/direct/guichet-{desk}", headers={"Cookie": self._session})
            response = connection.getresponse()
            if response.status == http.HTTPStatus.UNAUTHORIZED:
                self._session = ""
                return
            while not self._closed and (line := response.readline()):
                if line.startswith(b"data: "):
                    self._take(desk, line[6:])
        finally:
            connection.close()

    def _sign_in(self) -> None:
        """Simulated agents sign in as anybody may where everything is a demonstration."""
        connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT_S)
        try:
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", "/connexion/demonstration", f"account={ACCOUNT}", form)
            cookie = connection.getresponse().getheader("Set-Cookie", "")
            self._session = cookie.partition(";")[0]
        finally:
            connection.close()

    def _take(self, desk: str, data: bytes) -> None:
        try:
            told = msgspec.json.decode(data, type=_Told)
            if told.topic == f"private/desk/{desk}":
                self._views[desk] = msgspec.json.decode(told.view, type=ConsoleView)
        except msgspec.ValidationError as problem:
            log.warning("the console of %s says something unreadable: %s", desk, problem)

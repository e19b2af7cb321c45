"""From the site's journal to the city: what is decided, in order of offsets, until the city's receipt.

The journal is the outbox, and the receipt says where to go on: nothing else is remembered here, so that a
link that is down for weeks, a restart, or a city that lost its own journal need nothing done. What is on its
way without a receipt is bounded.
"""

from __future__ import annotations

import logging
import secrets
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from broker.clock import SECOND, Clock
from broker.contract import city
from broker.contract.city import CityBatch, CityEntry, CityReceipt
from broker.contract.messages import decode
from broker.delivery.journal import Journal
from hall.backlog import Backlog

log = logging.getLogger(__name__)

WINDOW: Final = 4
"""Batches on their way without a receipt."""
RESEND_NS: Final = 5 * SECOND
"""Machine time without a receipt after which everything from the last one on is sent again; doubled each
time, up to ``RESEND_AT_MOST_NS``."""
RESEND_AT_MOST_NS: Final = 40 * SECOND
WORD_NS: Final = 30 * SECOND
"""Machine time between two words that the site is there."""
TALLY_NS: Final = 60 * SECOND
"""Machine time between two words that say how many events of each node the journal has."""


class CityState(NamedTuple):
    """How far the city is.

    ``upto`` is None until the city has answered; ``refused`` is why it takes nothing, or empty.
    """

    is_connected: bool
    upto: int | None
    decided: int
    refused: str
    fault: str


class _OnItsWay(NamedTuple):
    upto: int
    sent_ns: int


class Forwarding:
    """The site's end of the delivery to the city. Not for several threads.

    Args:
        site: the site's name.
        journal: read here, written by the hall.
        send: publishes a batch; what it loses is sent again.
        clock: machine time for resends, civil time to tell the city what the site's clock says.
    """

    def __init__(self, site: str, journal: Journal, send: Callable[[bytes], None], clock: Clock) -> None:
        self._site, self._journal, self._send, self._clock = site, journal, send, clock
        self._sender = secrets.token_hex(6)
        self._number = 0
        self._is_connected = False
        self._refused = self._fault = ""
        self._backlog = Backlog(journal)
        self._tally_due_ns = 0
        self._others: set[str] = set()
        self._journal_id = journal.read_id()
        self._before = journal.followed()
        self._upto: int | None = None
        self._sent_upto = 0
        self._on_its_way: deque[_OnItsWay] = deque()
        self._gone_back_at = 0
        self._asked_after = 0
        self._is_asking = False
        self._patience_ns = RESEND_NS
        self._word_due_ns = 0

    def state(self) -> CityState:
        """What to tell whoever looks after the site."""
        decided = self._journal.decided_upto()
        return CityState(self._is_connected, self._upto, decided, self._refused, self._fault)

    def connected(self) -> None:
        """The link stands: say that the site is there; the answer says where to go on."""
        self._is_connected = True
        self._start_over()

    def disconnected(self) -> None:
        """The link is gone; what was on its way may or may not have arrived."""
        self._is_connected = False
        self._start_over()

    def receive(self, payload: bytes) -> None:
        """Take what arrived on the site's receipts. What it allows, ``pump`` sends."""
        try:
            receipt = decode(payload, CityReceipt)
        except msgspec.DecodeError as problem:
            log.warning("a receipt of the city cannot be read: %s", problem)
            return
        if receipt.sender == self._sender:
            self._take_own(receipt)
        elif not receipt.sender:
            self._take_general(receipt)
        elif receipt.sender not in self._others:
            self._others.add(receipt.sender)
            log.warning("another sender speaks to the city as %s (or did before this start)", self._site)

    def pump(self) -> None:
        """Send what may be sent now. Cheap when there is nothing: call it a few times a second.

        Raises:
            JournalHoleError: nothing more can be sent in order.
        """
        if not self._is_connected:
            return
        if (journal_id := self._journal.read_id()) != self._journal_id:
            self._renewed(journal_id)
        now_ns = self._clock.machine_ns()
        if self._on_its_way and now_ns - self._on_its_way[0].sent_ns > self._patience_ns:
            log.info("the city gave no receipt above %s: sent again from there", self._upto)
            self._patience_ns = min(2 * self._patience_ns, RESEND_AT_MOST_NS)
            self._go_back()
        if self._upto is not None and not self._refused and not self._is_asking:
            decided = self._journal.decided_upto()
            while len(self._on_its_way) < WINDOW and self._sent_upto < decided:
                self._send_some(decided, now_ns)
        if now_ns >= self._word_due_ns:
            self._say_word(now_ns)

    # Receipts -----------------------------------------------------------------------------------

    def _take_own(self, receipt: CityReceipt) -> None:
        if receipt.journal != self._journal_id or receipt.number <= self._asked_after:
            return  # an answer to what was sent before the journal's id was renewed, or before we asked again
        if receipt.refused is not None:
            self._take_refusal(receipt)
            return
        if self._refused:
            log.info("the city takes this site again")
            self._refused = self._fault = ""
        self._is_asking = False
        self._patience_ns = RESEND_NS
        is_news = receipt.again and receipt.number > self._gone_back_at
        self._advance(receipt.upto, go_back=is_news)

    def _take_refusal(self, receipt: CityReceipt) -> None:
        """Believed of a word that was sent last: anything earlier may have been held up on its way."""
        self._go_back()
        self._asked_after = receipt.number
        if receipt.number < self._number:
            self._asked_after = self._number
            self._word_due_ns = 0
            self._is_asking = True
            return
        self._is_asking = False
        if receipt.refused != self._refused:
            log.error("%s", receipt.refused)
        self._refused, self._fault = receipt.refused or "", receipt.fault

    def _take_general(self, receipt: CityReceipt) -> None:
        """A recorder has taken this site over: what was on its way to another one may be lost."""
        if self._refused:
            return
        if receipt.journal == self._journal_id:
            self._advance(receipt.upto, go_back=True)
        else:
            self._start_over()

    def _advance(self, upto: int, *, go_back: bool) -> None:
        is_back = self._upto is not None and upto < self._upto
        if is_back:
            # Or a receipt of another recorder came late: then the next one puts it right.
            log.info("the city holds less than before: sent again from %d on", upto)
        is_first = self._upto is None
        self._upto = upto
        if go_back or is_back or is_first:
            self._go_back()
        while self._on_its_way and self._on_its_way[0].upto <= upto:
            self._on_its_way.popleft()
        # A late receipt covers what was to be sent again.
        self._sent_upto = max(self._sent_upto, upto)

    def _go_back(self) -> None:
        """What was sent counts as lost: from the last receipt on again."""
        self._gone_back_at = self._number
        self._on_its_way.clear()
        self._sent_upto = self._upto or 0

    def _start_over(self) -> None:
        """Nothing is known of what the city holds: ask."""
        self._upto = None
        self._patience_ns = RESEND_NS
        self._word_due_ns = 0
        self._is_asking = False
        self._go_back()

    def _renewed(self, journal_id: str) -> None:
        """The hall has found that its journal stands in another's place."""
        self._journal_id = journal_id
        self._before = self._journal.followed()
        self._backlog = Backlog(self._journal)
        self._refused = self._fault = ""
        self._start_over()

    # Batches ------------------------------------------------------------------------------------

    def _send_some(self, decided: int, now_ns: int) -> None:
        first = self._sent_upto + 1
        previous = self._backlog.digest_before(first)
        entries = self._backlog.entries(first, decided)
        self._sent_upto = first + len(entries) - 1
        self._publish(first, previous, decided, entries=entries)
        self._on_its_way.append(_OnItsWay(self._sent_upto, now_ns))

    def _say_word(self, now_ns: int) -> None:
        """Without entries: the site is there, and what comes next after what the city said it holds.

        Of a copied site that is enough to be refused again, for as long as it is one.
        """
        unanswered = self._is_asking or (self._upto is None and not self._refused)
        self._word_due_ns = now_ns + (RESEND_NS if unanswered else WORD_NS)
        decided = self._journal.decided_upto()
        tallies = None
        if now_ns >= self._tally_due_ns:
            self._tally_due_ns = now_ns + TALLY_NS
            tallies = self._backlog.tallies(decided)
        first = min(decided if self._upto is None else self._upto, decided) + 1
        self._publish(first, self._backlog.digest_before(first), decided, tallies=tallies)

    def _publish(
        self,
        first: int,
        previous: str,
        decided: int,
        *,
        entries: list[CityEntry] | None = None,
        tallies: dict[str, int] | None = None,
    ) -> None:
        self._number += 1
        batch = CityBatch(
            site=self._site,
            journal=self._journal_id,
            sender=self._sender,
            number=self._number,
            first=first,
            previous=previous,
            upto_site=decided,
            sent_ns=self._clock.civil_ns(),
            before=self._before,
            tallies=tallies,
            entries=entries or [],
        )
        self._send(city.encode_batch(batch))

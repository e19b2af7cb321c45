"""Which device may say what, where it takes the event itself to tell."""

from __future__ import annotations

import pytest

from broker.contract import access, compiled, messages
from broker.contract.origin import mismarked, objection
from broker.contract.topics import EXERCISE, Topics


def ticket(*, exercise: bool) -> messages.TicketDrawn:
    return messages.TicketDrawn(device="visitors", service="information", number="XA01", exercise=exercise)


def test_a_rehearsals_ticket_is_marked_and_a_kiosks_is_not() -> None:
    assert mismarked(EXERCISE, ticket(exercise=True)) is None
    assert mismarked("borne-a", ticket(exercise=False)) is None
    assert mismarked(EXERCISE, ticket(exercise=False))
    assert mismarked("borne-a", ticket(exercise=True))


@pytest.mark.parametrize(
    "said", [messages.VoteCast, messages.NextRequested, messages.TicketPrinted, messages.SiteChanged]
)
def test_a_rehearsal_says_nothing_but_that_visitors_come_and_go(
    barnum: compiled.Site, said: type[messages.Body]
) -> None:
    assert objection(barnum, EXERCISE, messages.TicketDrawn, "visitors") is None
    assert objection(barnum, EXERCISE, messages.VisitorLeft, "visitors") is None
    assert objection(barnum, EXERCISE, said, "visitors")


def test_a_rehearsal_may_write_under_its_own_name_only_and_reads_nothing_private(
    barnum: compiled.Site,
) -> None:
    topics = Topics(barnum.id)
    rights = access.exercise_rights(topics)
    assert {right.topic for right in rights if right.way == "write"} == {
        topics.of("event", EXERCISE),
        topics.of("status", EXERCISE),
    }
    assert not [right for right in rights if "/private/" in right.topic or "/command/" in right.topic]

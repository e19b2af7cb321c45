"""The text of a month's poster: an event like any other, measured with its month and who entered it."""

from __future__ import annotations

import pytest
from msgspec import ValidationError

from broker.contract import messages
from broker.contract.topics import DASHBOARD
from hall.measures import ChangesMeasure
from tests.hall.hall_tent import Tent
from tests.hall.small_site import small_site


def test_a_months_text_goes_to_the_store_with_who_entered_it_and_when() -> None:
    tent = Tent(small_site())
    lines = ["Un fauteuil de plus.", "Une borne plus basse."]
    tent.send(DASHBOARD, messages.ChangesTold(device="console", month="2027-06", changes=lines, by="zoe"))
    (found,) = (one for one in tent.measures() if isinstance(one, ChangesMeasure))
    assert (found.month, found.text.splitlines(), found.by) == ("2027-06", lines, "zoe")
    assert (found.node, found.at_ns) == (DASHBOARD, tent.now_ns)


@pytest.mark.parametrize("month", ["juin", "2027-13", "2027-6", "2027-06-01"])
def test_what_is_no_month_is_refused_at_the_door(month: str) -> None:
    raw = b'{"type":"changes.told","device":"console","month":"%s","changes":[]}' % month.encode()
    with pytest.raises(ValidationError):
        messages.decode(raw, messages.ChangesTold)

"""An anemometer above the entrance: pulses in, one word a minute out, and one at once in a storm."""

from __future__ import annotations

import pytest

from broker.contract import compiled, messages
from broker.contract.origin import objection
from tests.nodes.distance_stand import MAST, with_sensors
from tests.nodes.stand import Stand


@pytest.fixture
def node(barnum):
    stand = Stand(with_sensors(barnum, MAST), "entree")
    yield stand
    stand.close()


def blow(node, *, seconds, hertz):
    """The cups turn: the contact is closed for a quarter of each turn, and bounces."""
    turn = 1 / hertz
    for _pulse in range(round(seconds * hertz)):
        node.hardware.hold(17)
        node.wait(0.0003)
        node.hardware.release(17)
        node.wait(0.0003)
        node.hardware.hold(17)
        node.wait(turn / 4)
        node.hardware.release(17)
        node.wait(turn * 3 / 4 - 0.0006)


def said(node):
    return [(body.km_h, body.mean_km_h) for body in node.recorded(messages.WindMeasured)]


def test_each_minute_tells_the_highest_gust_and_the_mean(node):
    blow(node, seconds=10, hertz=20)
    node.wait(50.5)
    ((gust, mean),) = said(node)
    assert gust == pytest.approx(48, abs=1)
    assert mean == pytest.approx(8, abs=0.2)


def test_without_wind_it_says_so_each_minute(node):
    node.wait(185)
    assert said(node) == [(0.0, 0.0)] * 3


def test_a_gust_above_a_limit_is_told_at_once_and_each_limit_once_a_minute(node):
    node.wait(5)
    blow(node, seconds=5, hertz=30)
    ((gust, _mean),) = said(node)
    assert 60 < gust < 64
    blow(node, seconds=5, hertz=45)
    assert [round(gust) for gust, _mean in said(node)][1:] == [101]
    blow(node, seconds=20, hertz=45)
    assert len(said(node)) == 2, "a storm does not fill the outbox"


def test_a_storm_that_goes_on_is_told_once_a_minute(node):
    blow(node, seconds=150, hertz=50)
    assert len(said(node)) == 2 + 2, "two limits, and two minutes"
    assert all(gust == pytest.approx(120, abs=3) for gust, _mean in said(node)[2:])


def test_a_self_test_says_whether_it_turns(node):
    def remark():
        node.node.slots["mast"].device.test()
        return node.node.health().devices[0].remark

    assert remark() == "standing_still"
    blow(node, seconds=2, hertz=3)
    assert remark() == "turning"
    node.wait(4)
    assert remark() == "standing_still"


def test_only_an_anemometer_says_how_the_wind_is(barnum):
    site = with_sensors(barnum, MAST, compiled.Buzzer(id="bip", pin=26))
    assert objection(site, "entree", messages.WindMeasured, "mast") is None
    assert objection(site, "entree", messages.WindMeasured, "bip")

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from broker.contract import compiled, messages
from nodes.crossing import Crossing

WAY_IN = [(True, False), (True, True), (False, True), (False, False)]
WAY_OUT = [(False, True), (True, True), (True, False), (False, False)]


def walk(crossing: Crossing, places) -> list[str]:
    seen = [crossing.moved(outer=outer, inner=inner) for outer, inner in places]
    return [direction for direction in seen if direction]


def half_turn(way, depth):
    """So far into the door, and back the same way."""
    return [*way[:depth], *reversed(way[: depth - 1]), (False, False)]


visits = st.lists(
    st.one_of(
        st.just(("in", WAY_IN)),
        st.just(("out", WAY_OUT)),
        st.tuples(st.none(), st.builds(half_turn, st.sampled_from([WAY_IN, WAY_OUT]), st.integers(1, 3))),
    ),
    max_size=30,
)


@given(visits)
def test_whole_passages_are_counted_in_their_direction_and_half_turns_never(visits):
    crossing = Crossing()
    counted = [walk(crossing, places) for _direction, places in visits]
    assert counted == [[direction] if direction else [] for direction, _places in visits]


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=80))
def test_whatever_the_beams_do_the_next_real_passage_is_counted(noise):
    crossing = Crossing()
    walk(crossing, [*noise, (False, False)])
    assert walk(crossing, WAY_IN) == ["in"]
    assert walk(crossing, WAY_OUT) == ["out"]


def test_somebody_who_hesitates_in_the_door_is_one_person(stand):
    crossing = Crossing()
    places = [(True, False), (True, True), (False, True), (True, True), (False, True), (False, False)]
    assert walk(crossing, places) == ["in"]


def step(stand, pin, into: bool) -> None:
    (stand.hardware.hold if into else stand.hardware.release)(pin)
    stand.wait(0.1)


def test_the_order_of_the_beams_gives_the_direction(stand):
    node = stand("entree")
    door = node.device(compiled.DoorCounter)
    for first, second in ((door.outer, door.inner), (door.inner, door.outer)):
        step(node, first, True)
        step(node, second, True)
        step(node, first, False)
        step(node, second, False)
    assert [passage.direction for passage in node.recorded(messages.PassageCounted)] == ["in", "out"]


def test_a_beam_blocked_for_minutes_is_told_and_forgotten_when_free(stand):
    node = stand("entree")
    door = node.device(compiled.DoorCounter)
    node.hardware.hold(door.inner)
    node.wait(290)
    assert node.state_of(door.id) == "ok"
    node.wait(20)
    assert node.state_of(door.id) == "degraded"
    step(node, door.inner, False)
    assert node.state_of(door.id) == "ok"
    assert node.recorded(messages.PassageCounted) == []


def test_a_flickering_hand_is_nobody(stand):
    node = stand("entree")
    door = node.device(compiled.DoorCounter)
    for _flicker in range(5):
        node.hardware.hold(door.outer)
        node.wait(0.004)
        node.hardware.release(door.outer)
        node.wait(0.05)
    assert node.recorded(messages.PassageCounted) == []

"""Passages below a distance sensor, whatever it measures. Zones: 0 outside, 1 inside."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nodes.doorway import Doorway
from nodes.nearness import AGREE, Nearness

NEAR_MM, FAR_MM, HAND_MM = 1100, 1250, 100
SEES = [(False, False), (True, False), (True, True), (False, True)]
"""Which zones see somebody at each place on the way in."""

heads = st.integers(HAND_MM, NEAR_MM)
ground = st.one_of(st.none(), st.integers(FAR_MM, 3600))
anything = st.one_of(st.none(), st.integers(0, 3600))


def doorway() -> Doorway:
    return Doorway(NEAR_MM, FAR_MM, HAND_MM)


def free() -> Doorway:
    """A doorway that has seen that nobody is there."""
    made = doorway()
    assert look(made, [(None, None)] * AGREE) == []
    return made


def look(made: Doorway, rounds) -> list[str]:
    """Both zones measured in turn, round by round."""
    said = [made.measured(zone, mm) for both in rounds for zone, mm in enumerate(both)]
    return [direction for direction in said if direction]


@st.composite
def rounds_at(draw, place: int):
    """What both zones measure while a body stays at a place: long enough, one outlier at most a zone."""
    length = draw(st.integers(AGREE, 6))
    zones = []
    for sees in SEES[place % 4]:
        zone = [draw(heads if sees else ground) for _ in range(length)]
        if draw(st.booleans()) and length > 2 * AGREE:
            zone[AGREE] = draw(anything)
        zones.append(zone)
    return list(zip(*zones, strict=True))


@st.composite
def visits(draw):
    """Somebody comes from either side, hesitates as often as they like, and leaves by either side."""
    outside_in = draw(st.booleans())
    place, way = 1, []
    while 0 < place < 4:
        way.append(place)
        place += draw(st.sampled_from([1, -1])) if len(way) < 12 else -1
    passed = place == 4
    direction = ("in" if outside_in else "out") if passed else None
    places = way if outside_in else [4 - place for place in way]
    rounds = [both for place in [*places, 0] for both in draw(rounds_at(place))]
    return direction, rounds


@given(st.lists(visits(), max_size=8))
def test_whole_ways_count_in_their_direction_and_half_turns_never(came):
    made = free()
    assert [look(made, rounds) for _direction, rounds in came] == [
        [direction] if direction else [] for direction, _rounds in came
    ]


@given(st.lists(st.tuples(st.integers(0, 1), anything), max_size=120))
def test_mirrored_measurements_count_the_other_way(measurements):
    made, mirrored = doorway(), doorway()
    other = {"in": "out", "out": "in", None: None}
    for zone, mm in measurements:
        assert mirrored.measured(1 - zone, mm) == other[made.measured(zone, mm)]


@given(st.lists(st.tuples(st.lists(heads, min_size=1, max_size=AGREE - 1), st.lists(ground, min_size=AGREE))))
def test_fewer_measurements_than_must_agree_are_nobody(flickers):
    zone = [mm for seen, unseen in flickers for mm in (*seen, *unseen)]
    for rounds in (zip(zone, zone, strict=True), ((None, mm) for mm in zone), ((mm, None) for mm in zone)):
        made = free()
        assert look(made, rounds) == []
        assert made.obstacle() == ""


@given(st.lists(st.tuples(anything, anything), max_size=60))
def test_whatever_was_measured_the_next_real_passage_counts(noise):
    made = doorway()
    look(made, [*noise, *[(None, None)] * AGREE])
    way = [(900, None), (900, 900), (None, 900), (None, None)]
    assert look(made, [both for both in way for _ in range(AGREE)]) == ["in"]
    assert look(made, [both[::-1] for both in way for _ in range(AGREE)]) == ["out"]


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, HAND_MM - 1)), max_size=60))
def test_a_hand_close_before_the_sensor_is_nobody(waved):
    made = free()
    assert [made.measured(zone, mm) for zone, mm in waved] == [None] * len(waved)
    assert look(made, [(None, None)] * AGREE) == []


def test_a_hand_in_the_sensors_sight_does_not_undo_who_walks_below_it():
    way = [(900, None), (900, 900), (50, 50), (None, 900), (None, None)]
    assert look(free(), [both for both in way for _ in range(AGREE)]) == ["in"]


def test_two_people_are_two_where_the_sensor_sees_the_ground_between_them():
    one = [both for both in ((900, None), (900, 900), (None, 900)) for _ in range(AGREE)]
    made = free()
    assert look(made, [*one, *[(None, None)] * AGREE, *one, *[(None, None)] * AGREE]) == ["in", "in"]
    made = free()
    assert look(made, [*one, *[(900, 900)] * AGREE, *one[-AGREE:], *[(None, None)] * AGREE]) == ["in"]


def test_whoever_stands_there_at_the_start_is_not_counted():
    made = doorway()
    assert look(made, [(900, 900)] * 5 + [(None, 900)] * 5 + [(None, None)] * 5) == []


def test_what_stands_in_the_way_is_named():
    made = free()
    assert made.obstacle() == ""
    for both, named in (((900, 900), "outer zone"), ((None, 900), "inner zone"), ((20, 20), "sensor")):
        look(made, [both] * AGREE)
        assert made.obstacle() == named


@given(st.booleans(), st.lists(st.integers(NEAR_MM + 1, FAR_MM - 1), max_size=40))
def test_between_near_and_far_it_is_as_before(present, between):
    seen = Nearness(NEAR_MM, FAR_MM)
    for _time in range(AGREE):
        seen.measured(NEAR_MM if present else FAR_MM)
    assert not any(seen.measured(mm) for mm in between)
    assert seen.present is present

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.store.isolate import RefusedBatchError, send_isolating

BAD = "bad"


@given(st.lists(st.sampled_from(["good", "good", "good", BAD]), max_size=60))
def test_every_bad_point_is_named_and_every_good_one_taken_once_in_order(points: list[str]) -> None:
    taken: list[int] = []
    numbered = list(enumerate(points))

    def send(piece: Sequence[tuple[int, str]]) -> int:
        for place, point in piece:
            if point == BAD:
                raise RefusedBatchError(f"{place} is bad")
        taken.extend(place for place, _ in piece)
        return len(piece)

    sent = send_isolating(numbered, send)
    bad = [place for place, point in numbered if point == BAD]
    assert sent.culprits == [(place, f"{place} is bad") for place in bad]
    assert taken == [place for place, point in numbered if point != BAD]
    assert sent.answered == len(taken)


def test_a_good_batch_is_sent_in_one_piece() -> None:
    pieces: list[int] = []

    def send(piece: Sequence[int]) -> int:
        pieces.append(len(piece))
        return 0

    send_isolating(range(5_000), send)
    assert pieces == [5_000]


def test_one_culprit_costs_two_requests_a_halving() -> None:
    pieces: list[int] = []

    def send(piece: Sequence[int]) -> int:
        pieces.append(len(piece))
        if 1234 in piece:
            raise RefusedBatchError
        return 0

    send_isolating(range(4_096), send)
    assert len(pieces) == 1 + 2 * 12


def test_an_unreachable_store_refuses_no_point() -> None:
    def send(_piece: Sequence[int]) -> int:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        send_isolating([1, 2, 3], send)

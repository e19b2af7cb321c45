from __future__ import annotations

import pytest
from msgspec.structs import replace

from broker.contract import compiled, views
from tests.nodes.stand import Stand


def frames(*texts, seconds=4.0, **changes):
    return views.DisplayView(
        display="x", frames=[views.Frame(text=text, seconds=seconds) for text in texts], **changes
    )


def night_display(barnum):
    """The barnum whose information desk's display is dim from ten past ten in the morning on."""
    desk = barnum.node("guichet-info")
    devices = [
        replace(device, brightness=80, night_brightness=10, night_from=610, night_to=615)
        if isinstance(device, compiled.LedDisplay)
        else device
        for device in desk.devices
    ]
    nodes = [replace(desk, devices=devices) if one is desk else one for one in barnum.nodes]
    return replace(barnum, nodes=nodes)


@pytest.mark.parametrize("fast", [True, False])
def test_a_display_is_dim_at_night_by_the_clock_of_the_site(barnum, fast):
    node = Stand(night_display(barnum), "guichet-info", fast=fast)
    try:
        seen = [twin(node).brightness]
        for _minute in range(16):
            node.wait(60)
            seen.append(twin(node).brightness)
        assert seen == [80] * 10 + [10] * 5 + [80] * 2
    finally:
        node.close()


def test_a_display_without_a_clock_is_bright_and_follows_it_once_it_is_known(barnum):
    node = Stand(night_display(barnum), "guichet-info", knows_time=False)
    try:
        node.wait(660)
        assert twin(node).brightness == 80
        node.connect()
        node.wait(60)
        assert twin(node).brightness == 10
    finally:
        node.close()


def twin(node):
    return node.hardware.display("afficheur")


def test_frames_are_shown_in_turn(stand):
    node = stand("guichet-info", fast=False)
    node.display(frames("A001", "Ici", seconds=3.0), "guichet-info")
    seen = []
    for _second in range(7):
        seen.append(twin(node).text)
        node.wait(1)
    assert seen == ["A001", "A001", "A001", "Ici", "Ici", "Ici", "A001"]


def test_a_text_too_long_scrolls_from_its_beginning_to_its_end(stand):
    node = stand("guichet-info", fast=False)
    node.display(frames("Merci de patienter"), "guichet-info")
    pictures = set()
    for _tick in range(60):
        pictures.add(twin(node).image().tobytes())
        node.wait(0.1)
    assert len(pictures) > 20


def test_a_short_text_stands_still_in_the_middle_and_asks_for_no_work(stand):
    node = stand("guichet-info", fast=False)
    node.display(frames("A001"), "guichet-info")
    before = twin(node).image().tobytes()
    timer = node.node.next_timer_ns()
    node.wait(0.5)
    assert twin(node).image().tobytes() == before
    assert timer - node.clock.machine_ns() > 10**8


def test_a_blinking_call_goes_dark_and_comes_back(stand):
    node = stand("guichet-info", fast=False)
    call = views.DisplayView(display="x", frames=[views.Frame(text="A001", seconds=10.0, blink=True)])
    node.display(call, "guichet-info")
    pictures = []
    for _tick in range(10):
        pictures.append(twin(node).image().tobytes())
        node.wait(0.4)
    assert len(set(pictures)) == 2
    assert twin(node).text == "A001"


def test_the_same_view_again_does_not_begin_the_frames_anew(stand):
    node = stand("guichet-info", fast=False)
    for _second in range(6):
        node.display(frames("A001", "Ici", seconds=4.0), "guichet-info")
        node.wait(0.8)
    assert twin(node).text == "Ici"


def test_what_is_too_old_is_shown_as_unknown(stand):
    node = stand("guichet-info")
    assert twin(node).text == "--"
    node.display(frames("A001", valid_s=30), "guichet-info")
    assert twin(node).text == "A001"
    node.wait(31)
    assert twin(node).text == "--"


def test_the_outside_display_falls_back_to_what_is_always_true(stand):
    node = stand("entree")
    assert twin(node).text == node.site.outside_message.fr


def test_bars_take_their_turn_after_the_frames_so_that_the_question_stays_readable(stand):
    node = stand("guichet-info", fast=False)
    node.display(frames("Votez", seconds=3.0, bars=[1.0, 0.5]), "guichet-info")
    seen = []
    for _second in range(12):
        seen.append(twin(node).text or twin(node).bars)
        node.wait(1)
    assert seen == ["Votez"] * 3 + [[1.0, 0.5]] * 8 + ["Votez"]


def test_bars_stand_on_a_base_line(stand):
    node = stand("barometre", fast=False)
    node.display(views.DisplayView(display="x", frames=[], bars=[1.0, 0.5, 0.0, 0.0]), _display_of(node))
    device = twin(node)._device.image
    columns = [[bool(device.getpixel((x, y))) for y in range(8)] for x in range(64)]
    assert all(column[7] for column in columns)
    assert columns[8] == [True] * 8
    assert columns[24].count(True) in {4, 5}
    assert columns[56] == [False] * 7 + [True]


def test_a_new_call_chimes_once_and_one_from_before_the_start_not_at_all(stand):
    node = stand("borne-a")
    buzzer = node.device(compiled.Buzzer).pin
    node.display(frames("x", chime="call-1"), "borne-a", retained=True)
    node.wait(2)
    assert node.hardware.lit_times.get(buzzer, 0) == 0
    node.display(frames("x", chime="call-1"), "borne-a")
    node.wait(2)
    assert node.hardware.lit_times.get(buzzer, 0) == 0
    node.display(frames("y", chime="call-2"), "borne-a")
    node.display(frames("y", chime="call-2"), "borne-a")
    node.wait(2)
    assert node.hardware.lit_times[buzzer] == 2  # one double chime


def _display_of(node):
    return next(display.id for display in node.site.displays if display.node == node.node.node.id)

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PIL import Image

from nodes.pictures.plan import inverted, plan
from nodes.sheet import DOTS


def image(picture):
    return Image.frombytes("1", (picture.width, picture.height), inverted(picture.rows))


def parts(site, drawn):
    """Each zone's part of the picture, without its walls."""
    scale = drawn.width / site.tent.width
    for zone in site.zones:
        left, top = round(zone.shape.x * scale) + 8, round(zone.shape.y * scale) + 8
        right = round((zone.shape.x + zone.shape.width) * scale) - 8
        bottom = round((zone.shape.y + zone.shape.height) * scale) - 8
        yield zone.id, drawn.crop((left, top, right, bottom))


def dark(part):
    return part.histogram()[0] / (part.width * part.height)


@pytest.mark.parametrize("width_mm", [58, 80])
def test_the_zone_to_go_to_is_black_and_no_other(barnum, width_mm):
    drawn = image(plan(barnum, DOTS[width_mm], 6, 1, "fr"))
    assert drawn.width == DOTS[width_mm]
    assert [zone for zone, part in parts(barnum, drawn) if dark(part) > 0.5] == [6]


def test_without_a_zone_to_go_to_nothing_is_black(barnum):
    drawn = image(plan(barnum, DOTS[80], None, 1, "fr"))
    assert [zone for zone, part in parts(barnum, drawn) if dark(part) > 0.5] == []


@pytest.mark.parametrize("language", ["fr", "en", "ar", "zh"])
@pytest.mark.parametrize("here", [1, 6, 7])
def test_where_the_kiosk_stands_there_is_a_word_more_in_that_zone_alone(barnum, language, here):
    """Zone 7 is too low for two lines: the word stands beside its number."""
    without = dict(parts(barnum, image(plan(barnum, DOTS[58], 2, None, language))))
    told = dict(parts(barnum, image(plan(barnum, DOTS[58], 2, here, language))))
    changed = [zone for zone in told if told[zone].tobytes() != without[zone].tobytes()]
    assert changed == [here]
    assert dark(told[here]) > dark(without[here])


def test_it_can_be_told_to_who_cannot_see_it(barnum):
    assert plan(barnum, DOTS[80], 3, 1, "fr").words == "Plan de l'espace : 3, Comptoir numérique"


def test_a_plan_drawn_again_is_the_same_and_one_of_another_site_is_not(barnum):
    moved = replace(barnum, zones=[replace(zone, id=zone.id + 1) for zone in barnum.zones])
    first = plan(barnum, DOTS[80], None, None, "fr")
    assert plan(barnum, DOTS[80], None, None, "fr") == first
    assert plan(moved, DOTS[80], None, None, "fr").rows != first.rows

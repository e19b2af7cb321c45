"""The guide to the devices is made from the devices, and leaves none out."""

from __future__ import annotations

import typing
from pathlib import Path

import pytest
from click.testing import CliRunner

from broker.contract import compiled
from nodes import guide
from nodes.devices import DRIVERS
from preaccueil.commands.devices import command

RECORDS = typing.get_args(compiled.Device)
TAGS = {record: record.__struct_config__.tag for record in RECORDS}
DOCUMENT = Path(__file__).parents[2] / "docs" / "devices.md"


@pytest.mark.parametrize("record", RECORDS, ids=TAGS.get)
def test_every_device_has_a_file_of_its_own_that_tells_its_wiring_or_why_it_needs_none(record):
    assert DRIVERS[record].__module__ == f"nodes.devices.{TAGS[record]}"
    told = guide.told(record)
    assert all((told.what, told.people, told.wiring, told.cut_off)), told
    assert "\n" not in told.people


def test_every_device_is_driven():
    assert set(DRIVERS) == set(RECORDS)


def test_the_guide_is_current():
    text = DOCUMENT.read_text(encoding="utf-8")
    assert guide.put_into(text) == text, "run: preaccueil devices"


def test_the_guide_says_what_the_contract_lets_a_device_say():
    lines = guide.guide().splitlines()
    row = next(line for line in lines if line.startswith("| `anemometer`"))
    assert "`wind.measured`" in row
    assert "| requests |" in next(line for line in lines if line.startswith("| `desk_panel`"))
    assert "| – |" in next(line for line in lines if line.startswith("| `buzzer`"))


def test_what_is_written_by_hand_stays(tmp_path):
    document = tmp_path / "devices.md"
    document.write_text(f"before\n{guide.BEGIN}stale words\n{guide.END}\nafter\n", encoding="utf-8")
    assert CliRunner().invoke(command, ["--into", str(document)]).exit_code == 0
    text = document.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "stale words" not in text


def test_a_document_without_marks_is_left_alone(tmp_path):
    document = tmp_path / "devices.md"
    document.write_text("no marks\n", encoding="utf-8")
    result = CliRunner().invoke(command, ["--into", str(document)])
    assert result.exit_code != 0
    assert "no lines" in result.output
    assert document.read_text(encoding="utf-8") == "no marks\n"

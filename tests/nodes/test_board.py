"""The board under a node, by the files that the kernel shows of it."""

from __future__ import annotations

import pytest

from nodes.board import Board

THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"


@pytest.fixture
def pi(tmp_path):
    """``pi(described, …)`` is a Raspberry Pi 4; files and the notes of its card may be given."""
    notes = {}

    def board(described="Raspberry Pi 4 B", serial="100000001234abcd", **files):
        root = tmp_path / "root"
        wanted = {
            "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.4\0",
            "proc/device-tree/serial-number": f"{serial}\0",
            "sys/class/thermal/thermal_zone0/temp": "48312\n",
            THROTTLED: "0\n",
            **files,
        }
        for name, content in wanted.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content, encoding="utf-8")
        return Board(described, tmp_path, notes.get, notes.__setitem__, root)

    return board


def test_a_board_in_good_health(pi):
    health = pi().look()
    assert health.model == "Raspberry Pi 4 Model B Rev 1.4"
    assert health.temperature_c == pytest.approx(48.312)
    assert (health.under_voltage, health.throttled, health.wrong_board) == (False, False, False)
    assert 0 < health.disk_free_bytes < health.disk_bytes


def test_too_little_power_now_and_before_are_told_apart(pi):
    now = pi(**{THROTTLED: "50005\n"}).look()
    assert (now.under_voltage, now.under_voltage_since_start, now.throttled) == (True, True, True)
    before = pi(**{THROTTLED: "50000\n"}).look()
    assert (before.under_voltage, before.under_voltage_since_start, before.throttled) == (False, True, False)


def test_a_card_in_another_model_is_noticed(pi):
    assert pi("Raspberry Pi Zero 2 W").look().wrong_board


@pytest.mark.parametrize(
    ("described", "model"),
    [
        ("Raspberry Pi Zero 2 W", "Raspberry Pi Zero 2 W Rev 1.0"),
        ("Raspberry Pi 3 B+", "Raspberry Pi 3 Model B Plus Rev 1.3"),
        ("Raspberry Pi 5", "Raspberry Pi 5 Model B Rev 1.0"),
    ],
)
def test_every_described_model_is_known_by_its_own_name(pi, described, model):
    assert not pi(described, **{"proc/device-tree/model": f"{model}\0"}).look().wrong_board


def test_a_card_moved_to_another_board_of_the_same_model_is_noticed(pi):
    assert not pi(serial="aaaa").look().wrong_board
    assert not pi(serial="aaaa").look().wrong_board
    assert pi(serial="bbbb").look().wrong_board


def test_what_this_machine_cannot_tell_is_unknown(tmp_path):
    health = Board("Raspberry Pi 5", tmp_path, {}.get, {}.__setitem__, tmp_path / "nothing").look()
    assert (health.model, health.temperature_c, health.under_voltage, health.throttled) == (
        "",
        None,
        None,
        None,
    )
    assert not health.wrong_board
    assert not health.clock_synchronised

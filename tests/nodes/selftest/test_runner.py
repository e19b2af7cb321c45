"""Each device passes on its virtual twin when it is driven, and says what is wrong when it is not."""

from __future__ import annotations

import logging

import pytest

from nodes.errors import HardwareError
from nodes.hardware.interface import PrinterState
from nodes.hardware.virtual import InstantPrinter, VirtualHardware
from tests.nodes.distance_stand import SEAT, with_sensors
from tests.nodes.selftest.session import LIMIT_S, session
from tests.nodes.selftest.test_steps import NODES


@pytest.mark.parametrize("node", NODES)
def test_a_node_whose_every_device_works_passes(selftest, node):
    running = selftest(node)
    running.do_all()
    assert running.results
    assert {result.outcome for result in running.results} == {"passed"}


# Buttons -------------------------------------------------------------------------------------------


def test_a_buttons_lamp_blinks_until_the_press_whose_length_is_measured(selftest):
    running = selftest("barometre", "boutons")
    running.wait(2.9)
    assert running.hardware.lit_times == {12: 3}
    running.press(5, 0.104)
    assert (running.last.outcome, running.last.detail.fr, running.last.detail.en) == (
        "passed",
        "fermé 104 ms",
        "closed for 104 ms",
    )
    assert not running.hardware.lamp(12)
    assert running.step.part.fr == "bouton 2, broche 6, lampe 16"


def test_a_dead_button_has_failed_once_its_time_is_over(selftest):
    running = selftest("barometre", "boutons")
    running.wait(LIMIT_S - 0.1)
    assert running.results == []
    running.wait(0.2)
    assert (running.last.outcome, running.last.detail.fr, running.last.detail.en) == (
        "failed",
        "personne n'a appuyé",
        "nobody pressed",
    )


def test_a_spike_shorter_than_the_debouncing_is_no_press(selftest):
    running = selftest("barometre", "boutons")
    running.press(5, 0.02)
    running.wait(LIMIT_S)
    assert running.last.outcome == "failed"


def test_a_press_on_another_button_tells_of_swapped_wires(selftest):
    running = selftest("barometre", "boutons")
    running.press(13)
    running.wait(LIMIT_S)
    assert running.last.detail.fr == "personne n'a appuyé ; reçu à la place : bouton 3, broche 13, lampe 20"
    assert running.last.detail.en == "nobody pressed; got instead: 3 button, pin 13, lamp 20"


def test_a_button_that_stays_closed_is_stuck(selftest):
    running = selftest("barometre", "boutons")
    running.hardware.hold(5)
    running.wait(LIMIT_S)
    assert running.last.detail.en == "contact closed, never opened again"
    again = selftest("barometre", "boutons")
    again.hardware.hold(6)  # before its own step begins
    again.key("s")
    again.wait(LIMIT_S)
    assert again.last.detail.en == "active from the start: stuck, or a short circuit"


def test_a_lamp_that_stays_dark_is_the_technicians_to_say(selftest):
    running = selftest("barometre", "boutons")
    running.key("n")
    assert running.last.outcome == "failed"
    assert running.last.detail.en == "the lamp stays dark, says the technician"


def test_yes_is_no_press(selftest):
    running = selftest("barometre", "boutons")
    running.key("o")
    running.key("y")
    assert running.results == []


# Skipping ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["s", "S", "\n", "\r"])
def test_one_key_skips_a_step(selftest, key):
    running = selftest("barometre", "boutons")
    running.key(key)
    assert (running.last.outcome, running.last.detail.fr) == ("skipped", "sauté par le technicien")
    assert len(running.results) == 1


def test_a_key_that_means_nothing_changes_nothing(selftest):
    running = selftest("barometre", "boutons")
    for key in ("x", "", " ", "é"):
        running.key(key)
    assert running.results == []


def test_what_an_interrupted_test_did_not_come_to_is_skipped_and_dark(selftest):
    running = selftest("barometre")
    running.do()
    running.runner.interrupt()
    assert [result.outcome for result in running.results] == ["passed", *["skipped"] * 4]
    assert not running.hardware.lamp(16)
    running.wait(2 * LIMIT_S)
    assert len(running.results) == 5


# Doors, seats, rooms -------------------------------------------------------------------------------


def test_a_walk_through_the_door_is_timed(selftest):
    running = selftest("entree", "porte")
    running.walk(17, 27)
    assert (running.last.outcome, running.last.detail.en) == ("passed", "passage in 300 ms")


@pytest.mark.parametrize(
    ("beams", "why"),
    [
        ([], "nothing arrived"),
        ([17], "the inner beam, pin 27, saw nothing"),
        ([27], "the outer beam, pin 17, saw nothing"),
        ([17, 27], "no whole passage"),
    ],
)
def test_a_door_that_counts_nobody_says_which_beam_is_missing(selftest, beams, why):
    running = selftest("entree", "porte")
    for pin in beams:
        running.press(pin)
    running.wait(LIMIT_S)
    assert (running.last.outcome, running.last.detail.en) == ("failed", why)


def test_a_door_whose_beams_are_swapped_says_so(selftest):
    running = selftest("entree", "porte")
    running.walk(27, 17)
    assert running.results == []
    running.wait(LIMIT_S)
    assert running.last.detail.en == "a passage the other way: are the beams swapped?"


def test_a_beam_that_is_always_interrupted_says_so(selftest):
    running = selftest("entree", "porte")
    running.hardware.hold(27)
    running.key("s")
    running.wait(LIMIT_S)
    assert running.last.detail.en == "a beam is interrupted from the start"


def test_a_seat_nobody_felt_has_failed(selftest):
    running = selftest("comptoir", "place-1")
    running.wait(LIMIT_S)
    assert running.last.detail.fr == "rien n'est arrivé"


def test_a_room_is_passed_as_soon_as_somebody_is_seen(selftest):
    running = selftest("salons", "presence-1")
    running.hardware.hold(4)
    assert running.hardware._factory.pin(4).state  # its sensor drives high, a button closes to ground
    running.wait(0.1)
    assert (running.last.outcome, running.last.detail.en) == ("passed", "somebody seen")


# Lamps, sounds, displays ---------------------------------------------------------------------------


def test_a_rooms_lamps_are_lit_one_after_the_other(selftest):
    running = selftest("salons", "lumiere-1")
    assert (running.hardware.lamp(17), running.hardware.lamp(27)) == (True, False)
    running.key("y")
    assert (running.hardware.lamp(17), running.hardware.lamp(27)) == (False, True)
    running.key("n")
    assert [result.outcome for result in running.results] == ["passed", "failed"]


def test_what_nobody_says_is_seen_has_failed(selftest):
    running = selftest("salons", "lumiere-1")
    running.wait(LIMIT_S)
    assert running.last.detail.fr == "personne n'a répondu"


def test_a_buzzer_sounds_again_until_it_is_heard(selftest):
    running = selftest("borne-a", "buzzer")
    running.wait(9)
    assert running.hardware.lit_times[26] == 6
    running.key("o")
    assert running.last.outcome == "passed"
    assert not running.hardware.lamp(26)


def test_a_display_shows_every_dot_then_the_nodes_name(selftest):
    running = selftest("attente", "afficheur", fast=False)
    twin = running.hardware.display("afficheur")
    running.wait(0.5)
    assert twin._device.image.getextrema() == (1, 1)  # every dot lit
    running.wait(4)
    assert twin.text == "attente é à ç € °"
    running.wait(20)
    assert twin.text in {"", "attente é à ç € °"}


# The printer ---------------------------------------------------------------------------------------


def test_a_printer_passes_with_its_state_and_a_ticket_that_was_read(selftest):
    running = selftest("borne-a", "imprimante", fast=False)
    running.do_all()
    state, ticket = running.results
    assert (state.outcome, state.detail.fr) == ("passed", "prête")
    assert ticket.outcome == "passed"
    assert ticket.detail.en.startswith("confirmed in ")
    paper = running.hardware.printer("imprimante").papers[-1].text
    assert "TEST" in paper
    assert "borne-a/imprimante" in paper


@pytest.mark.parametrize(
    ("fault", "fr", "en"),
    [
        ("paper_out", "plus de papier", "no paper"),
        ("cover_open", "capot ouvert", "cover open"),
        ("offline", "erreur (massicot, ou trop chaude)", "error (cutter, or too hot)"),
    ],
)
def test_a_printer_that_cannot_print_fails_both_steps_with_why(selftest, fault, fr, en):
    running = selftest("borne-a", "imprimante", fast=False, fault=fault)
    running.settle(2)
    assert [(each.outcome, each.detail.fr, each.detail.en) for each in running.results] == 2 * [
        ("failed", fr, en)
    ]


def test_a_printer_that_says_nothing_has_failed_once_its_time_is_over(selftest):
    running = selftest("borne-a", "imprimante", fast=False, fault="silent")
    running.wait(LIMIT_S)
    assert (running.last.outcome, running.last.detail.en) == ("failed", "the printer did not answer")


def test_what_a_printer_says_after_its_step_is_over_is_no_answer_to_the_next(selftest, monkeypatch):
    asked = []
    monkeypatch.setattr(InstantPrinter, "check", lambda _printer, done: asked.append(done))
    running = selftest("borne-a", "imprimante", "buzzer")
    running.key("s")
    asked[0](PrinterState("failed", "no paper"))
    running.node.step()
    assert [result.outcome for result in running.results] == ["skipped"]


def test_a_test_ticket_takes_the_printers_word_and_the_technicians(selftest):
    running = selftest("borne-a", "imprimante", fast=False)
    running.settle(1)
    running.key("o")
    running.settle(2)
    assert running.last.outcome == "passed"
    assert running.last.detail.en.startswith("confirmed in ")


def test_a_confirmed_ticket_that_cannot_be_read_or_that_nobody_read_has_failed(selftest):
    for answer, why in (("n", "the technician said no"), ("", "nobody answered")):
        running = selftest("borne-a", "imprimante", fast=False)
        running.settle(1)
        while running.runner._current()._confirmed is None:
            running.node.run_once(0.1)
        running.key(answer)
        running.wait(LIMIT_S)
        assert (running.last.outcome, running.last.detail.en) == ("failed", why)


# What cannot be opened -----------------------------------------------------------------------------


def test_a_pin_that_is_taken_fails_its_step_and_the_next_goes_on(selftest, monkeypatch, caplog):
    def taken(*_args, **_options):
        raise HardwareError("pin 5 cannot be read: GPIO busy")

    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr(VirtualHardware, "input", taken)
    running = selftest("barometre")
    assert [result.outcome for result in running.results] == ["failed"] * 4
    assert "GPIO busy (le service du nœud est-il arrêté ?)" in running.last.detail.fr
    assert "GPIO busy (is the node's service stopped?)" in running.last.detail.en
    assert running.step.device == "afficheur"


# Distance sensors ----------------------------------------------------------------------------------


@pytest.fixture
def sensing(barnum):
    with session(with_sensors(barnum, SEAT), "entree", fast=False) as running:
        yield running, running.hardware.distances["place"]


def test_a_distance_sensor_passes_once_it_saw_the_place_free_and_then_somebody(sensing):
    running, sensor = sensing
    sensor.put(0, 400)
    running.wait(2)
    assert running.results == []  # somebody was there from the start: that shows nothing
    sensor.put(0, None)
    running.wait(2)
    sensor.put(0, 420)
    running.wait(2)
    assert (running.last.outcome, running.last.detail.en) == ("passed", "seen at 420 mm")


@pytest.mark.parametrize(
    ("mm", "why"), [(400, "never free, 400 mm measured"), (2000, "nobody came near, 2000 mm")]
)
def test_a_distance_sensor_that_sees_no_change_says_what_it_sees(sensing, mm, why):
    running, sensor = sensing
    sensor.put(0, mm)
    running.wait(LIMIT_S + 1)
    assert (running.last.outcome, running.last.detail.en) == ("failed", why)

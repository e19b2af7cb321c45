"""Every fault that a node, its board, the hall or the store can have, with the code that people read out.

A fault travels by its name; its code, sentence, likely cause and remedy stand in the dashboard's texts and in
``docs/pannes.md``. Adding one here makes a test ask for them in every language.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

Fault: TypeAlias = Literal[
    "no_paper",
    "cover_open",
    "paper_low",
    "printer_away",
    "printer_error",
    "printer_offline",
    "printer_silent",
    "hardware",
    "device_error",
    "beam_blocked",
    "stuck_button",
    "no_letters",
    "no_words",
    "outbox_full",
    "outbox_nearly_full",
    "outbox_set_aside",
    "node_lost",
    "node_silent",
    "building_cut",
    "wrong_board",
    "under_voltage",
    "hot",
    "disk_low",
    "no_clock",
    "missing",
    "identity",
    "quarantined",
    "site_copied",
    "hall_silent",
    "journal_stuck",
    "store_away",
    "no_speech",
]
"""Printer, device, node, board, delivery, hall: in this order."""

FAULTS: Final[tuple[Fault, ...]] = get_args(Fault)

_FAMILIES: Final[dict[str, tuple[Fault, Fault]]] = {
    "P": ("no_paper", "printer_silent"),
    "A": ("hardware", "no_words"),
    "N": ("outbox_full", "building_cut"),
    "C": ("wrong_board", "no_clock"),
    "L": ("missing", "site_copied"),
    "S": ("hall_silent", "no_speech"),
}
"""The letter of each family, and its first and last fault. New ones go to the end of theirs."""


def _codes() -> dict[Fault, str]:
    codes: dict[Fault, str] = {}
    for letter, (first, last) in _FAMILIES.items():
        begin, end = FAULTS.index(first), FAULTS.index(last)
        for number, fault in enumerate(FAULTS[begin : end + 1], 1):
            codes[fault] = f"{letter}{number}"
    return codes


CODES: Final[dict[Fault, str]] = _codes()
"""What a technician reads out on the telephone: P1 is a printer without paper. Codes never change."""

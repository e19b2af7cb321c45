"""What the technician reads: a line before each step, and the result sheet at the end."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from broker.contract import compiled
from broker.contract.compiled import Text
from nodes.selftest.runner import Result
from nodes.selftest.steps import Press, Step
from nodes.selftest.trials import Outcome

_OUTCOMES: dict[Outcome, str] = {
    "passed": "réussi / passed",
    "failed": "ÉCHEC / FAILED",
    "skipped": "sauté / skipped",
}
_WIDTH = max(len(words) for words in _OUTCOMES.values())

KEYS = (
    "o : oui · n : non, ça ne marche pas · s ou Entrée : sauter · Ctrl-C : arrêter\n"
    "y: yes · n: no, it does not work · s or Enter: skip · Ctrl-C: stop"
)


def both(text: Text) -> str:
    """French, and English beside it."""
    return text.fr if text.fr == text.en else f"{text.fr} / {text.en}"


def question(number: int, count: int, step: Step) -> str:
    """What is asked of the technician now."""
    dark = ""
    if isinstance(step.act, Press) and step.act.lamp is not None:
        dark = " (n : lampe éteinte / lamp dark)"
    return f"[{number}/{count}] {step.device} : {both(step.words)}{dark}"


def verdict(result: Result) -> str:
    """How a step ended, in one line."""
    return f"    {_OUTCOMES[result.outcome]} : {both(result.detail)}"


def sheet(node: compiled.Node, results: list[Result], *, when: datetime, pins: str) -> str:
    """The result sheet: what was tried on each device, how it ended, and what was measured.

    Args:
        node: the node that was tried.
        results: one a step, in the order they were tried.
        when: the time on the site's clocks.
        pins: the pin factory it was tried through.
    """
    kinds = {device.id: str(type(device).__struct_config__.tag) for device in node.devices}
    lines = [
        f"Essai du nœud {node.id} / Self-test of node {node.id}",
        f"{when:%Y-%m-%d %H:%M} · {node.model} · broches / pins : {pins}",
    ]
    for device, of_device in groupby(results, key=lambda result: result.step.device):
        lines += ["", f"{device} ({kinds[device]})"]
        for result in of_device:
            lines.append(f"  {_OUTCOMES[result.outcome]:<{_WIDTH}}  {both(result.step.part)}")
            lines.append(f"  {'':<{_WIDTH}}  → {both(result.detail)}")
    return "\n".join([*lines, "", _sum(results)]) + "\n"


def _sum(results: list[Result]) -> str:
    passed, failed, skipped = (
        sum(result.outcome == outcome for result in results) for outcome in ("passed", "failed", "skipped")
    )
    return (
        f"réussis : {passed} · échecs : {failed} · sautés : {skipped}"
        f" / passed: {passed} · failed: {failed} · skipped: {skipped}"
    )

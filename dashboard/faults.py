"""The catalogue of faults as a page to print, ``docs/pannes.md``: the texts of the technician's page."""

from __future__ import annotations

from typing import Final

from broker.contract.faults import CODES, Fault
from dashboard.texts import Language, catalogue

_FAMILIES: Final = {
    "P": "Imprimantes · Printers",
    "A": "Appareils · Devices",
    "N": "Nœuds · Nodes",
    "C": "Cartes et Raspberry Pi · Boards",
    "L": "Livraison · Delivery",
    "S": "Salle et base · Hall and store",
}


def page() -> str:
    """The whole page in Markdown: French, and English below each fault."""
    lines = [
        "# Pannes · Faults",
        "",
        "Ce que dit la page Technique, sa cause probable, et que faire. Fait par `preaccueil faults` à",
        "partir des mêmes textes : ne pas modifier à la main. *What the technician's page says, the likely",
        "cause, and what to do.*",
    ]
    family = ""
    for fault, code in CODES.items():
        if code[0] != family:
            family = code[0]
            lines += ["", f"## {_FAMILIES[family]}"]
        lines += ["", *_told(fault, code)]
    return "\n".join(lines) + "\n"


def _told(fault: Fault, code: str) -> list[str]:
    french, english = _words("fr", fault), _words("en", fault)
    return [
        f"### {code} · {french[0]}",
        f"{french[1]} **{french[2]}**",
        "",
        f"*{english[0]} {english[1]} {english[2]}* `{fault}`",
    ]


def _words(language: Language, fault: Fault) -> tuple[str, str, str]:
    say = catalogue(language)
    return say(f"fault.{fault}.says"), say(f"fault.{fault}.cause"), say(f"fault.{fault}.remedy")

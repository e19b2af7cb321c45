"""Prometheus' alerting rules, from the catalogue of faults: the same sentences as the technician's page.

Format: Prometheus documentation, "Alerting rules".
"""

from __future__ import annotations

from typing import Any, Final

from broker.contract.faults import CODES, Fault
from dashboard.texts import catalogue

SECONDS: Final = 30
"""Between two evaluations."""
_AT_ONCE: Final[frozenset[Fault]] = frozenset({"identity", "missing", "outbox_full", "wrong_board"})
"""What no patience mends."""
_MINOR: Final[frozenset[Fault]] = frozenset(
    {"paper_low", "no_speech", "no_letters", "no_words", "outbox_set_aside", "quarantined"}
)

_MACHINE: Final = (
    (
        "BackupOld",
        "time() - preaccueil_backup_last_success_timestamp_seconds > 26 * 3600",
        "10m",
        "La dernière sauvegarde a plus d'un jour. La clé est-elle branchée ? journalctl -u preaccueil-backup",
        "The last backup is more than a day old. Is the stick in? journalctl -u preaccueil-backup",
    ),
    (
        "BackupNever",
        "absent(preaccueil_backup_last_success_timestamp_seconds)",
        "26h",
        "Aucune sauvegarde n'a réussi. La clé est-elle branchée ? journalctl -u preaccueil-backup",
        "No backup succeeded yet. Is the stick in? journalctl -u preaccueil-backup",
    ),
    (
        "MachineDiskLow",
        'node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs|vfat"} / node_filesystem_size_bytes < 0.1',
        "10m",
        "Le disque du courtier est presque plein : effacer d'anciens fichiers de /opt/preaccueil/releases.",
        "The broker's disk is nearly full: remove old releases in /opt/preaccueil/releases.",
    ),
    (
        "MachineClockOff",
        "node_timex_sync_status == 0",
        "1h",
        "L'horloge du courtier n'est réglée sur rien : chronyc tracking ; voir la pile.",
        "Nothing keeps the broker's clock: chronyc tracking; look at its battery.",
    ),
    (
        "PagesDown",
        'up{job="preaccueil"} == 0',
        "2m",
        "Les pages ne répondent pas : systemctl status preaccueil-dashboard",
        "The pages do not answer: systemctl status preaccueil-dashboard",
    ),
)

_SPACE: Final = (
    (
        "WeatherAlert",
        "preaccueil_weather_alert == 1",
        "0s",
        "critical",
        "Alerte météo ({{ $labels.kind }}) : la tente doit être évacuée. Seule une personne lève l'alerte.",
        "Weather alert ({{ $labels.kind }}): the tent has to be evacuated. Only a person clears it.",
    ),
    (
        "SpaceFull",
        "preaccueil_full == 1",
        "15m",
        "warning",
        "L'espace est plein depuis un quart d'heure : faire recompter, ouvrir un guichet, ralentir l'entrée.",
        "The space has been full for a quarter of an hour: recount, open a desk, slow down the entrance.",
    ),
    (
        "WindUnknown",
        "preaccueil_wind_unknown == 1",
        "5m",
        "warning",
        "L'anémomètre ne dit plus rien : le vent est inconnu, pas calme. Regarder le mât et son câble.",
        "The anemometer is silent: the wind is unknown, not calm. Look at its mast and cable.",
    ),
)


def rules() -> dict[str, Any]:
    """The rules file as a tree: one group for the faults, one for the tent, one for the broker's machine."""
    return {
        "groups": [
            {"name": "preaccueil-faults", "interval": f"{SECONDS}s", "rules": [_of(one) for one in CODES]},
            {
                "name": "preaccueil-space",
                "interval": f"{SECONDS}s",
                "rules": [
                    {
                        "alert": name,
                        "expr": expression,
                        "for": patience,
                        "labels": {"severity": severity},
                        "annotations": {"summary": french, "summary_en": english},
                    }
                    for name, expression, patience, severity, french, english in _SPACE
                ],
            },
            {
                "name": "preaccueil-machine",
                "interval": f"{SECONDS}s",
                "rules": [
                    {
                        "alert": name,
                        "expr": expression,
                        "for": patience,
                        "labels": {"severity": "warning"},
                        "annotations": {"summary": french, "summary_en": english},
                    }
                    for name, expression, patience, french, english in _MACHINE
                ],
            },
        ]
    }


def _of(fault: Fault) -> dict[str, Any]:
    french, english = catalogue("fr"), catalogue("en")
    where = "{{ with $labels.node }}{{ . }}{{ end }}{{ with $labels.device }} · {{ . }}{{ end }}"
    severity = "info" if fault in _MINOR else "critical" if fault in _AT_ONCE else "warning"
    return {
        "alert": f"{CODES[fault]}_{fault}",
        "expr": f'preaccueil_fault{{fault="{fault}"}} == 1',
        "for": "0s" if fault in _AT_ONCE else "2m",
        "labels": {"severity": severity, "code": CODES[fault]},
        "annotations": {
            "summary": f"{CODES[fault]} {where} : {french(f'fault.{fault}.says')}",
            "description": f"{french(f'fault.{fault}.cause')} {french(f'fault.{fault}.remedy')}",
            "summary_en": f"{CODES[fault]} {where}: {english(f'fault.{fault}.says')}",
            "description_en": f"{english(f'fault.{fault}.cause')} {english(f'fault.{fault}.remedy')}",
        },
    }

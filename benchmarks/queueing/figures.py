"""How figures are told: medians, 99th percentiles, and plainly whether the aim is met."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence


def p99(values: Sequence[float]) -> float:
    """The 99th percentile by nearest rank."""
    ranked = sorted(values)
    return ranked[max(0, -(-99 * len(ranked) // 100) - 1)]


def told(what: str, values_ms: Sequence[float], wanted_ms: float | None) -> str:
    """One line about delays in milliseconds."""
    line = (
        f"{what}: n={len(values_ms)} median={statistics.median(values_ms):.0f} ms"
        f" p99={p99(values_ms):.0f} ms max={max(values_ms):.0f} ms"
    )
    return (
        line
        if wanted_ms is None
        else f"{line}; P99 wanted {wanted_ms:.0f} ms: {met(p99(values_ms), wanted_ms)}"
    )


def met(measured: float, wanted: float) -> str:
    """Whether it is as wanted."""
    return "met" if measured <= wanted else f"missed by {100 * (measured / wanted - 1):.0f} %"


def load_average() -> str:
    """How busy the machine is."""
    return f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} CPUs"

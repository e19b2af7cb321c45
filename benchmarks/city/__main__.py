"""From the sites' journals into the city's, on this machine, now: ``make bench-city``.

Real forwarders, three servers of the engine with TLS, two recorders; journals that are filled beforehand and
decided at one stroke, so that nothing else is measured. Options by environment: ``SITES`` ("1 5 10 20"),
``EVENTS`` (of all sites together, 200,000), ``SYNC`` ("2m"; "always" syncs each batch on each server).
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks.city.stage import CityStage
from city.engine.run import find_server

AIM_PER_S = 50_000
FLAT = 0.2


def main() -> None:
    """One line a number of sites, and how the aims were met."""
    sizes = [int(word) for word in os.environ.get("SITES", "1 5 10 20").split()]
    events = int(os.environ.get("EVENTS", "200000"))
    sync = os.environ.get("SYNC", "2m")
    program = find_server(only_what_is_there=False)
    print(f"load before: {os.getloadavg()[0]:.1f}; {os.cpu_count()} CPUs; sync {sync}")
    head = f"{'sites':>5}{'events':>9}{'s':>7}{'events/s':>10}" + "".join(
        f"{name:>22}" for name in ("forwarders µs/ev, MB", "engine µs/ev, MB", "recorders µs/ev, MB")
    )
    print(f"{head}{'all µs/ev':>11}\n{'-' * (len(head) + 11)}", flush=True)
    costs, rates = list[float](), list[float]()
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="bench-city-") as folder:
            result = CityStage(program, Path(folder), size, events // size, sync).measure()
        parts = "".join(f"{part.cpu_us:>14.1f}{part.peak_mb:>8.0f}" for part in result.parts)
        costs.append(sum(part.cpu_us for part in result.parts))
        rates.append(result.events / result.seconds)
        print(
            f"{size:>5}{result.events:>9,}{result.seconds:>7.1f}{rates[-1]:>10,.0f}{parts}{costs[-1]:>11.1f}",
            flush=True,
        )
    print(f"load after: {os.getloadavg()[0]:.1f}")
    verdict = "met" if rates[-1] >= AIM_PER_S else "missed"
    print(f"backlog of {sizes[-1]} sites at once: {rates[-1]:,.0f} events/s, wanted {AIM_PER_S:,}: {verdict}")
    if len(sizes) > 1:
        grown = costs[-1] / costs[0] - 1
        verdict = "met" if grown <= FLAT else "missed"
        print(
            f"CPU an event from {sizes[0]} to {sizes[-1]} sites: {grown:+.0%}, wanted within 20 %: {verdict}"
        )


if __name__ == "__main__":
    main()

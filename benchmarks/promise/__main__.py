"""``make bench-promise``: promised waits beside simple rivals, walking forward, only past data.

In the environment: ``WAITS`` the folder of the real town-hall waits, ``CSV`` a file of real visits of one's
own, ``DAYS`` how many simulated days, ``SITE`` whose.

Exits 0 when the 90th percentile keeps within its gates on the town-hall waits, 1 when not, 2 without them.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from benchmarks.promise import simulated
from hall.promises import judge, report, visits
from hall.promises.visits import BadVisitsError, PastVisit
from simulation.site_runner import load

WAITS = "tickets.csv.gz"


def main() -> int:
    """Judge on all three."""
    site = load(Path(os.environ.get("SITE") or "firmware_configs/sites/barnum"))
    days = int(os.environ.get("DAYS") or 30)
    print(f"== {days} jours simulés / simulated days: {site.id}", flush=True)
    _judged(simulated.visits(site, days))
    try:
        if os.environ.get("CSV"):
            path = Path(os.environ["CSV"])
            print(f"\n== {path}", flush=True)
            _judged(visits.read(path))
        path = Path(os.environ.get("WAITS") or "../shared/data/warsaw_waits") / WAITS
        print(f"\n== {path}", flush=True)
        if not path.exists():
            print(f"{path} : absent ; WAITS=dossier / not there; WAITS=folder", file=sys.stderr)
            return 2
        return 0 if _judged(visits.read(path)) else 1
    except BadVisitsError as error:
        print(error, file=sys.stderr)
        return 2


def _judged(found: list[PastVisit]) -> bool:
    began = time.perf_counter()
    judged = list(judge.walk(found))
    verdict = report.report(judged)
    print(verdict.text)
    print(f"({time.perf_counter() - began:.0f} s)", flush=True)
    return verdict.holds


if __name__ == "__main__":
    sys.exit(main())

"""The judge's report in tables: French first, then English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from hall.promises.estimator import WAITED_S
from hall.promises.judge import OURS, Judged
from hall.promises.rivals import RIVALS
from hall.promises.scores import Score, absolute_error, by, by_day, interval, pinball90, score

OVERALL: Final = (0.88, 0.92)
SERVICE: Final = (0.85, 0.95)
"""Between what the P90 must cover of who really waited: overall, and each service with ``MANY`` waits."""

MANY: Final = 500
AIM: Final = 0.10
"""By how much the promise should undercut the best rival."""

NAMES: Final = {
    OURS: "promesse / promise",
    "constant": "constante / constant",
    "last wait": "dernière attente / last wait",
    "mean of ten": "dix dernières / mean of ten",
    "queue formula": "file × service ÷ guichets / queue formula",
    "throughput": "débit calibré / calibrated throughput",
    "half and half": "débit et dernière, moitié-moitié / half and half",
}
_HEADER: Final = (
    f"{'':49}{'n':>6} {'MAE':>6} {'÷ moy.':>6} {'pin50':>6} {'pin90':>6} {'biais':>6}"
    f" {'P90 %':>6} {'> 0':>5} {'≥ 5':>5}"
)
LEGEND: Final = (
    "Minutes. MAE : écart absolu moyen ; ÷ moy. : sur l'attente moyenne ; pin : perte pinball ;\n"
    "biais : prévu moins réel ; P90 % : attentes de plus de 2 min restées sous le P90 annoncé\n"
    "(> 0 : toute attente ; ≥ 5 : d'au moins 5 min).\n"
    "Minutes. MAE: mean absolute error; ÷ moy.: over the mean wait; pin: pinball loss; biais: forecast\n"
    "less real; P90 %: waits beyond 2 min that the announced P90 covered (> 0: any wait; ≥ 5: of 5 min\n"
    "or more)."
)


class Verdict(NamedTuple):
    """The tables, and whether the P90 keeps within its gates everywhere."""

    text: str
    holds: bool


def report(judged: Sequence[Judged]) -> Verdict:
    """All that the judge has to say about these waits."""
    promised = [one for one in judged if OURS in one.said]
    withheld = len(judged) - len(promised)
    if not promised:
        text = f"Aucune promesse : trop peu d'attentes ({len(judged)}) / no promise: too few waits"
        return Verdict(text, holds=False)
    gates = list(_gates(promised))
    lines = [
        f"{len(judged)} attentes, {withheld} sans promesse (trop peu vu) / waits, withheld (too little seen)",
        "",
        LEGEND,
        "",
        _HEADER,
        *(_line(NAMES[name], score(promised, name)) for name in (OURS, *RIVALS)),
        "",
        *_aims(promised),
        "",
        "par service / by service",
        _HEADER,
        *(_line(name, score(some, OURS)) for name, some in by(promised, lambda one: one.service).items()),
        "",
        "MAE par service : promesse, meilleure rivale / MAE by service: promise, best rival",
        *_against_rivals(promised),
        "",
        "par heure d'arrivée / by hour of arrival",
        _HEADER,
        *(
            _line(name, score(some, OURS))
            for name, some in by(promised, lambda one: f"{one.hour:02} h").items()
        ),
        "",
        *(line for line, _ in gates),
    ]
    return Verdict("\n".join(lines), holds=all(holds for _, holds in gates))


def _line(name: str, found: Score | None) -> str:
    if found is None:
        return f"{name:49}{'–':>6}"
    minutes = (found.pinball50_s, found.pinball90_s, found.bias_s)
    shares = (found.coverage, found.coverage_any, found.coverage_long)
    return (
        f"{name:49}{found.waits:>6} {found.mae_s / 60:>6.2f} {_ratio(found):>6.3f} "
        + " ".join(f"{seconds / 60:>6.2f}" for seconds in minutes)
        + "".join(f" {_percent(share):>{6 - (place > 0)}}" for place, share in enumerate(shares))
    )


def _ratio(found: Score) -> float:
    return found.mae_s / found.mean_wait_s if found.mean_wait_s else 0.0


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"


def _aims(promised: Sequence[Judged]) -> Iterator[str]:
    """How far below the best rival each loss is, with its interval over days drawn again."""
    for name, loss in (("MAE, pin50", absolute_error), ("pin90", pinball90)):
        best = min(RIVALS, key=lambda rival, loss=loss: sum(loss(one, rival) for one in promised))  # type: ignore[misc]  # bound here
        days = by_day(promised, lambda one, loss=loss, best=best: (loss(one, OURS), loss(one, best)))  # type: ignore[misc]  # bound here
        below = 1 - sum(ours for ours, _ in days) / (sum(theirs for _, theirs in days) or 1.0)
        around = interval(days)
        between = "" if around is None else f" [{100 * (1 - around[1]):.1f} ; {100 * (1 - around[0]):.1f}]"
        mark = "ok" if below >= AIM else "manqué / missed"
        yield (
            f"{name} : {100 * below:.1f} %{between} sous / below {NAMES[best]},"
            f" visé / aim {100 * AIM:.0f} % : {mark}"
        )


def _against_rivals(promised: Sequence[Judged]) -> Iterator[str]:
    for service, some in by(promised, lambda one: one.service).items():
        errors = {
            name: sum(absolute_error(one, name) for one in some) / len(some) for name in (OURS, *RIVALS)
        }
        best = min(RIVALS, key=lambda name, errors=errors: errors[name])  # type: ignore[misc]  # bound here
        below = 100 * (1 - errors[OURS] / errors[best]) if errors[best] else 0.0
        yield f"{service:49}{errors[OURS] / 60:>6.2f} {errors[best] / 60:>6.2f}  {below:>+5.1f} %  {best}"


def _gates(promised: Sequence[Judged]) -> Iterator[tuple[str, bool]]:
    yield _gate("couverture du P90 / P90 coverage", promised, OVERALL)
    for service, some in by(promised, lambda one: one.service).items():
        if len(some) >= MANY:
            yield _gate(service, some, SERVICE)


def _gate(name: str, judged: Sequence[Judged], gate: tuple[float, float]) -> tuple[str, bool]:
    found = score(judged, OURS)
    covered = None if found is None else found.coverage
    holds = covered is not None and gate[0] <= covered <= gate[1]
    around = interval(by_day(judged, _covered))
    between = "" if around is None else f" [{100 * around[0]:.1f} ; {100 * around[1]:.1f}]"
    wanted = f"{100 * gate[0]:.0f}–{100 * gate[1]:.0f} %"
    mark = "ok" if holds else "manqué / missed"
    return f"{name:49}{_percent(covered):>6} %{between}, {wanted} : {mark}", holds


def _covered(one: Judged) -> tuple[float, float]:
    waited = one.wait_s > WAITED_S
    return float(waited and one.wait_s <= one.said[OURS].p90_s), float(waited)

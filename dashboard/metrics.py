"""``/metrics``: the site as Prometheus reads it, from what the pages know at that moment.

Names and units follow Prometheus' conventions ("Metric and label naming"). What is not known has no sample.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, get_args

from flask import Response, abort, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from broker.contract.messages import NodeHealth, NodeStatus, Weather
from broker.contract.topics import DASHBOARD
from broker.contract.views import LedgerView, QuarantineView, ServiceView, SpaceView
from dashboard.diagnosis import diagnosed
from dashboard.page import Dashboard, dashboard

PREFIX: Final = "preaccueil"
KM_H: Final = 3.6
"""So many are a metre a second."""


def show() -> Response:
    """For Prometheus on this machine; through a proxy there is nothing here."""
    if request.headers.get("X-Forwarded-For"):
        abort(404)
    registry = CollectorRegistry()
    registry.register(_Site(dashboard()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Site(Collector):
    """Everything at one moment."""

    def __init__(self, here: Dashboard) -> None:
        self._here, self._live = here, here.live
        self._nodes = [*(node.id for node in here.site.nodes), DASHBOARD]

    def collect(self) -> Iterator[Metric]:
        """The families, each with the samples that are known."""
        here, beat = self._here, self._live.beat()
        yield _one("hall_up", "Whether the hall is heard.", self._live.hall_is_heard())
        yield _one("broker_connected", "Whether the dashboard is connected to the broker.", beat.broker)
        yield _one("pages_open", "Live pages that listen.", self._live.counts()[1])
        release = _family("release_info", "What is deployed here.", "release")
        release.add_metric([here.release], 1)
        yield release
        fault = _family("fault", "Faults now, by the names of docs/pannes.md.", "fault", "node", "device")
        found = diagnosed(self._live, here.site, speaks=here.speech.is_there).faults
        for labels in dict.fromkeys((one.fault, one.node, one.device) for one in found):
            fault.add_metric(labels, 1)
        yield fault
        yield from self._space()
        yield from self._services()
        yield from self._of_nodes()
        yield from self._ledger()

    def _space(self) -> Iterator[Metric]:
        space = self._live.view("view/space/now")
        if isinstance(space, SpaceView):
            yield _one("capacity_people", "Most people allowed inside.", space.capacity)
            if space.inside is not None:
                yield _one("inside_people", "People inside.", space.inside)
                yield _one("inside_uncertainty_people", "By how many that may be off.", space.uncertainty)
            yield from self._safety(space)
        quarantine = self._live.view("private/quarantine/latest")
        if isinstance(quarantine, QuarantineView):
            yield _one("quarantined_events", "Events that could not be taken.", quarantine.total)

    @staticmethod
    def _safety(space: SpaceView) -> Iterator[Metric]:
        yield _one("full", "Whether the permitted number is reached.", space.crowding == "full")
        alert = _family("weather_alert", "Weather alerts that nobody has cleared.", "kind")
        lasting = {now.kind for now in space.weather_alerts}
        for kind in get_args(Weather):
            alert.add_metric([kind], kind in lasting)
        yield alert
        if space.weather is not None:
            yield _one(
                "wind_unknown", "Whether an anemometer is there and none is heard.", space.weather.wind_silent
            )
            if space.weather.wind_km_h is not None:
                yield _one(
                    "wind_gust_meters_per_second", "The strongest last gust.", space.weather.wind_km_h / KM_H
                )

    def _services(self) -> Iterator[Metric]:
        waiting = _family("waiting_people", "People who wait.", "service")
        promised = _family("promised_wait_seconds", "The median wait that is promised now.", "service")
        for service in self._here.site.services:
            view = self._live.view(f"view/service/{service.id}")
            if isinstance(view, ServiceView):
                waiting.add_metric([service.id], view.waiting)
                if view.wait_median_s is not None:
                    promised.add_metric([service.id], view.wait_median_s)
        yield waiting
        yield promised

    def _of_nodes(self) -> Iterator[Metric]:
        up = _family("node_up", "Whether the node is heard.", "node")
        info = _family("node_info", "What runs on the node.", "node", "release")
        pending = _family("node_outbox_pending_events", "Events without a receipt.", "node")
        outbox = _family("node_outbox_bytes", "Size of the outbox.", "node")
        memory = _family("node_resident_memory_bytes", "Memory of the node's process.", "node")
        uptime = _family("node_uptime_seconds", "Since its process started.", "node")
        temperature = _family("node_temperature_celsius", "The board's temperature.", "node")
        free = _family("node_disk_free_bytes", "Free on its card.", "node")
        for name in self._nodes:
            status, health = self._live.view(f"status/{name}"), self._live.view(f"health/{name}")
            online = isinstance(status, NodeStatus) and status.state == "online"
            up.add_metric([name], online and isinstance(health, NodeHealth))
            if isinstance(status, NodeStatus) and status.version:
                info.add_metric([name, status.version], 1)
            if isinstance(health, NodeHealth):
                pending.add_metric([name], health.pending)
                outbox.add_metric([name], health.outbox_bytes)
                memory.add_metric([name], health.resident_bytes)
                uptime.add_metric([name], health.uptime_s)
                if health.board is not None:
                    free.add_metric([name], health.board.disk_free_bytes)
                    if health.board.temperature_c is not None:
                        temperature.add_metric([name], health.board.temperature_c)
        yield from (up, info, pending, outbox, memory, uptime, temperature, free)

    def _ledger(self) -> Iterator[Metric]:
        today = _family("today_events", "Events of today, by how far they came.", "node", "stage")
        for name in self._nodes:
            line = self._live.view(f"view/ledger/{name}")
            if isinstance(line, LedgerView):
                stages = {"recorded": line.recorded, "received": line.received, "stored": line.stored}
                for stage, count in stages.items():
                    if count is not None:
                        today.add_metric([name, stage], count)
        yield today


def _family(name: str, says: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", says, labels=labels)


def _one(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", says, value=value)

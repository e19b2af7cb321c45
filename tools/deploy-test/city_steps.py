"""The steps of `make deploy-test` that deploy a city: engine, recorders, feed, page on three machines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Final

from deployment import ROOT, Deployment, reachable, until
from machines import Machine, say

NAMES: Final = {"ville-1": "21", "ville-2": "22", "ville-3": "23"}
"""Each has a server of the engine and a recorder; the first also the feed, the store and the page."""
SERVICES: Final = ("preaccueil-engine", "preaccueil-recorder")
ON_THE_FIRST: Final = ("preaccueil-feed", "preaccueil-city", "influxdb")
PORTS: Final = (22, 80, 443, 1883, 4222, 6222, 8020, 8086, 8222, 8883)
"""Whatever anybody could expect there."""
MINUTES: Final = 40
"""Of a site's hall: each is an event."""
_ENGINE_PORTS: Final = [22, 4222, 6222, 8883]

_SITE: Final = """
import sys, time
from pathlib import Path
from broker.clock import SystemClock
from broker.contract import compiled
from broker.delivery.journal import Journal
from hall.forward_process import CityLink, ForwardOrder
from hall.forwarder import Forwarder
from hall.pipeline import Pipeline

state = Path("/var/lib/preaccueil/site")
state.mkdir(exist_ok=True)
journal = Journal(state / "journal.sqlite")
hall = Pipeline(compiled.read(Path("/etc/preaccueil/city/sites/barnum/site.json")), journal, SystemClock())
hall.start()
for _ in range(int(sys.argv[1])):
    hall._next_tick_ns = 0
    hall.tick()
link = CityLink(
    servers=[(host, 8883) for host in ("ville-1", "ville-2", "ville-3")],
    credentials=Path("/var/lib/preaccueil/site-credentials"),
)
forwarder = Forwarder(ForwardOrder(site="barnum", state=state, link=link))
forwarder.start()
ends = time.monotonic() + 90
while time.monotonic() < ends and not ((said := forwarder.report) and said.upto == said.decided > 0):
    time.sleep(0.2)
said = forwarder.report
forwarder.end()
print(said)
sys.exit(0 if said and said.upto == said.decided else 1)
"""
"""A hall's minutes pass, and its forwarder sends them: the argument says how many."""


class CityDeployment(Deployment):
    """The machines of a city.

    Args:
        made: the machines by name.
        folder: a folder of this test's own.
    """

    def __init__(self, made: dict[str, Machine], folder: Path) -> None:
        super().__init__(made, folder)
        self._inventory = folder / "city.yml"
        hosts = {name: {"ansible_host": machine.address} for name, machine in made.items()}
        groups = {
            "engine": {"hosts": hosts},
            "recorders": {"hosts": dict.fromkeys(made)},
            "city": {"hosts": {"ville-1": None}},
        }
        known = {
            "preaccueil_site_id": "ville",
            "preaccueil_timezone": "Europe/Paris",
            "city_page_names": ["ville-1", made["ville-1"].address],
            "city_sites": {"barnum": "../firmware_configs/sites/barnum"},
        }
        self._inventory.write_text(json.dumps({"all": {"vars": known, "children": groups}}), encoding="utf-8")
        self.pages_on = "ville-1"
        self.first = made[self.pages_on]

    def send(self, minutes: int) -> None:
        """Let a site decide so many events more, and send all it has. Raises RuntimeError when it cannot."""
        program = f"sudo env PYTHONUNBUFFERED=1 /opt/preaccueil/current/venv/bin/python - {minutes}"
        self.made["ville-3"].ssh(program, given=_SITE)

    def counted(self) -> int:
        """Events of all sites, where site, copy and store are equal; else -1."""
        words = "--sites /etc/preaccueil/city/sites --state /var/lib/preaccueil/feed"
        done = self.first.ssh(
            f"sudo /opt/preaccueil/current/venv/bin/preaccueil city ledger {words}", check=False
        )
        found = re.search(r"ville / city \(1\) : (\d+) =", done.stdout)
        return int(found[1]) if found and not done.returncode else -1


def the_city_comes_up(city: CityDeployment) -> None:
    """The playbook, once; and its page is served over HTTPS."""
    city.play("city.yml")
    until("the city's page is served", lambda: city.page()[0] == HTTPStatus.OK)
    city.play(str(ROOT / "tools/deploy-test/city_site.yml"), limit=["ville-3"])


def the_city_takes_a_site(city: CityDeployment) -> None:
    """What a site decided is journalled, copied and stored, and all three counts are equal."""
    city.send(MINUTES)
    until("the site's events are copied and stored", lambda: city.counted() >= MINUTES)


def the_city_outlives_a_machine(city: CityDeployment) -> None:
    """One of three is switched off: a site goes on sending, and all of it arrives."""
    before = city.counted()
    city.made["ville-2"].stop()
    city.send(20)
    until("all of it arrives with two machines", lambda: city.counted() >= before + 20)
    city.made["ville-2"].start()
    city.send(5)
    until("and with three again", lambda: city.counted() >= before + 25)


def the_city_run_again_changes_nothing(city: CityDeployment) -> None:
    """The playbook is safe to repeat, and what --check says is true."""
    played = city.play("city.yml")
    assert not played.changed, f"a second run changed something: {played.changed}"
    played = city.play("city.yml", "--check", "--diff")
    assert not played.changed, f"--check announces what would not happen: {played.changed}"


def the_city_is_confined(city: CityDeployment) -> None:
    """Systemd's own measure of what a service could do: at most 3.0 of 10; and no port is open in vain."""
    for name, machine in city.made.items():
        for service in (*SERVICES, *(ON_THE_FIRST if name == "ville-1" else ())):
            words = f"systemd-analyze security --no-pager --threshold=30 {service}.service"
            measured = machine.ssh(words)
            exposure = re.search(r"exposure level for \S+: ([\d.]+)", measured.stdout)
            say(f"{name} {service}: exposure {exposure[1] if exposure else '?'}")
        open_ports = [port for port in PORTS if reachable(machine.address, port)]
        wanted = sorted([*_ENGINE_PORTS, *([80, 443] if name == "ville-1" else [])])
        assert open_ports == wanted, f"reachable on {name}: {open_ports}"
    say("holds: only what is needed can be reached")


STEPS: Final[tuple[Callable[[CityDeployment], None], ...]] = (
    the_city_comes_up,
    the_city_takes_a_site,
    the_city_outlives_a_machine,
    the_city_run_again_changes_nothing,
    the_city_is_confined,
)

"""`make deploy-test`: the real playbooks on real Debian machines, and what must hold afterwards.

Usage: deploy_test.py [STEP…]      all steps, or after the first deployment only those that are named; where
                                   they are all of a tent, or all of a city, only that one is made
"""

from __future__ import annotations

import re
import shutil
import sys
import tarfile
import threading
import time
import zipfile
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar

import city_steps as of_city
from deployment import LOG, Deployment, keep_logs, reachable, time_of, until
from machines import inside_own_namespaces, machines, say

Place = TypeVar("Place", bound=Deployment)

NAMES = {"courtier": "10", "barometre": "11", "borne-a": "12"}
"""A broker with store, hall and dashboard; a node that votes; a node that gives tickets."""
NODES = [name for name in NAMES if name != "courtier"]
_WRITERS = """
import glob, os, re
for info in glob.glob('/proc/[0-9]*/fdinfo/*'):
    try:
        flags = int(re.search(r'flags:\\s+(\\d+)', open(info).read())[1], 8)
        target = os.readlink(info.replace('fdinfo', 'fd'))
        program = open(info.split('/fdinfo')[0] + '/comm').read().strip()
    except (OSError, TypeError):
        continue
    elsewhere = re.match('/(dev|proc|sys|run|tmp|var/lib/preaccueil)/', target)
    if target[0] == '/' and not elsewhere and (flags & 3 or 'deleted' in target):
        print(program, target)
"""
PORTS = (22, 80, 443, 1883, 8019, 8086, 8883, 9090, 9093, 9100)
"""Whatever anybody could expect there."""


def main() -> None:
    """Go through all of it, and say how long each step took."""
    inside_own_namespaces()
    LOG.unlink(missing_ok=True)
    began = time.monotonic()
    took: list[tuple[str, float]] = []
    if steps := chosen(STEPS, fresh_machines_become_a_tent.__name__):
        with machines(NAMES, nodes=NODES) as (made, folder):
            took.append(("machines", time.monotonic() - began))
            go_through(steps, Deployment(made, folder), took)
    if city_steps := chosen(of_city.STEPS, of_city.the_city_comes_up.__name__):
        start = time.monotonic()
        with machines(of_city.NAMES, nodes=()) as (made, folder):
            took.append(("machines of a city", time.monotonic() - start))
            go_through(city_steps, of_city.CityDeployment(made, folder), took)
    print(*(f"{seconds:6.0f} s  {what}" for what, seconds in took), sep="\n")
    print(f"{time.monotonic() - began:6.0f} s  all of it")


def chosen(steps: Sequence[Callable[[Place], None]], first: str) -> list[Callable[[Place], None]]:
    """The steps to go through: all, or those named with the first, without which there is nothing."""
    named = set(sys.argv[1:])
    if not named:
        return [*steps]
    found = [step for step in steps if step.__name__ in named]
    return [step for step in steps if step.__name__ == first or step in found] if found else []


def go_through(steps: Sequence[Callable[[Place], None]], place: Place, took: list[tuple[str, float]]) -> None:
    """Each step, and how long it took; what the machines said is kept when one fails."""
    try:
        for step in steps:
            start = time.monotonic()
            step(place)
            took.append((step.__name__.replace("_", " "), time.monotonic() - start))
    except BaseException:
        keep_logs(place.made)
        raise


def problems_are_said_before_anything_changes(tent: Deployment) -> None:
    """One run names all that is wrong, with every machine, and changes nothing."""
    played = tent.play(
        "site.yml", limit=["courtier", "barometre", "attente"], fails=True, preflight_memory_mb=9_999_999
    )
    for said in ("courtier has", "barometre has", "attente does not answer"):
        assert said in played.said, f"not said: {said}"
    assert not played.changed, f"changed something: {played.changed}"
    assert not tent.secrets.exists(), "made secrets"


def fresh_machines_become_a_tent(tent: Deployment) -> None:
    """The playbook, once."""
    tent.play("site.yml")


def presses_reach_the_store_and_the_page(tent: Deployment) -> None:
    """Votes pressed at virtual pins are in the journal and in InfluxDB, and pages are served over HTTPS."""
    tent.vote()
    until("what was pressed is stored", lambda: tent.stored() > 0)
    before = tent.stored()
    for _ in range(3):
        tent.vote()
    until("presses are received and stored", lambda: tent.stored() >= before + 3)
    until("the page is served over HTTPS", lambda: tent.page()[0] == HTTPStatus.OK)
    assert tent.page("/metrics")[0] == HTTPStatus.NOT_FOUND, (
        "what the machine tells of itself is for the machine"
    )


def a_second_run_changes_nothing(tent: Deployment) -> None:
    """The playbook is safe to repeat, and what --check says is true."""
    played = tent.play("site.yml")
    assert not played.changed, f"a second run changed something: {played.changed}"
    played = tent.play("site.yml", "--check", "--diff")
    assert not played.changed, f"--check announces what would not happen: {played.changed}"


def services_are_confined(tent: Deployment) -> None:
    """Systemd's own measure of what a service could do: at most 3.0 of 10; and no port is open in vain."""
    units = {"courtier": ("influxdb", "preaccueil-broker", "preaccueil-hall", "preaccueil-dashboard")}
    units |= dict.fromkeys(NODES, ("preaccueil-node",))
    for name, services in units.items():
        read = tent.made[name].ssh("systemd-analyze verify /etc/systemd/system/*.service 2>&1", check=False)
        assert "Failed to parse" not in read.stdout, read.stdout
        for service in services:
            words = f"systemd-analyze security --no-pager --threshold=30 {service}.service"
            measured = tent.made[name].ssh(words)
            exposure = re.search(r"exposure level for \S+: ([\d.]+)", measured.stdout)
            say(f"{name} {service}: exposure {exposure[1] if exposure else '?'}")
    address = tent.made["courtier"].address
    open_ports = [port for port in PORTS if reachable(address, port)]
    assert open_ports == [22, 80, 443, 8883], f"reachable on the broker's machine: {open_ports}"
    for name in NODES:
        open_ports = [port for port in PORTS if reachable(tent.made[name].address, port)]
        assert open_ports == [22], f"reachable on {name}: {open_ports}"
    assert abs(time_of(address) - time.time()) < 1, "the broker's machine serves another time"
    say("holds: only what is needed can be reached, and the time is served")


def a_node_is_only_read(tent: Deployment) -> None:
    """Nothing writes to a node's system; when its power is cut, what it confirmed is there."""
    for name in NODES:
        done = tent.made[name].ssh(
            "sudo touch /etc/written; sudo systemctl --failed --no-legend", check=False
        )
        assert "Read-only file system" in done.stderr, f"{name} can be written: {done}\n{writers(tent, name)}"
        assert not done.stdout, f"{name} has failed services: {done.stdout}"
    before = tent.stored()
    tent.vote()
    tent.made["barometre"].ssh("logger --tag kept before the cut; sudo journalctl --sync")
    tent.made["barometre"].lose_power()
    assert "Read-only" in tent.made["barometre"].ssh("sudo touch /etc/x", check=False).stderr
    log = tent.made["barometre"].ssh("sudo journalctl --identifier kept --quiet", check=False).stdout
    assert "before the cut" in log, "its log did not outlive the cut"
    tent.vote()
    until("both votes are stored", lambda: tent.stored() >= before + 2)


def writers(tent: Deployment, name: str) -> str:
    """Who has a file open for writing, outside of memory and data."""
    return tent.made[name].ssh("sudo python3 -", given=_WRITERS, check=False).stdout


def alerts_say_what_is_wrong(tent: Deployment) -> None:
    """Prometheus reads what the pages know, and makes alerts of the nodes that are not there."""
    until("what the pages know is measured", lambda: tent.asked('up{job="preaccueil"}') == {"": "1"})
    until(
        "a node that answers is up, one that was never there is not",
        lambda: {"barometre": "1", "attente": "0"}.items() <= tent.asked("preaccueil_node_up").items(),
    )
    until(
        "its alert is on its way",
        lambda: (
            "attente" in tent.asked('ALERTS{alertname="N5_node_silent"}')
            and "barometre" not in tent.asked('ALERTS{alertname="N5_node_silent"}')
        ),
        120,
    )


def a_broken_release_goes_back_by_itself(tent: Deployment) -> None:
    """Nodes whose program does not start go back, one and no more; nothing pressed meanwhile is lost."""
    before = {name: tent.release(name) for name in NAMES}
    counted = tent.stored()
    good, tent.bundle = tent.bundle, broken_bundle(tent.bundle, tent.folder / "broken")
    announced = tent.play("site.yml", "--check", "--diff")
    assert set(announced.changed) == set(NAMES), f"--check announces too little: {announced.changed}"
    assert before == {name: tent.release(name) for name in NAMES}, "--check changed a release"
    for name in NAMES:
        assert not any("broken" in one for one in tent.releases(name)), f"--check brought a release to {name}"
    with pressing(tent) as lit:
        tent.play("site.yml", fails=True)
    tent.bundle = good
    after = {name: tent.release(name) for name in NAMES}
    gone_over = [name for name in NAMES if after[name] != before[name]]
    assert gone_over == ["courtier"], f"the broker's machine goes over, and no node: {gone_over}"
    until(f"{len(lit)} votes during the update are stored", lambda: tent.stored() >= counted + len(lit))
    tent.vote()
    tent.play("rollback.yml", limit=["courtier"])
    assert tent.release("courtier") == before["courtier"], "rollback.yml did not go back"


class pressing:  # noqa: N801 - read as a word: with pressing(tent)
    """Vote all the time; gives the list that grows with each vote whose lamp was lit."""

    def __init__(self, tent: Deployment) -> None:
        self._tent, self._lit, self._ends = tent, list[float](), threading.Event()
        self._thread = threading.Thread(target=self._press)

    def _press(self) -> None:
        while not self._ends.wait(0.5):
            if self._tent.press() == "lit":
                self._lit.append(time.monotonic())

    def __enter__(self) -> list[float]:
        self._thread.start()
        return self._lit

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()


def broken_bundle(good: Path, place: Path) -> Path:
    """The same bundle as another version, in which a node ends as soon as it begins."""
    shutil.copytree(good, place, symlinks=True)
    version = (good / "VERSION").read_text(encoding="utf-8")
    (place / "VERSION").write_text(f"{version}-broken", encoding="utf-8")
    for kind in ("hall", "node"):
        archive = place / kind / "wheels.tar"
        with tarfile.open(archive) as packed:
            packed.extractall(place / kind, filter="data")
        (wheel,) = (place / kind / "wheels").glob("preaccueil-*.whl")
        with zipfile.ZipFile(wheel) as packed_wheel:
            files = {name: packed_wheel.read(name) for name in packed_wheel.namelist()}
        files["nodes/process.py"] += b'\nraise SystemExit("broken on purpose")\n'
        with zipfile.ZipFile(wheel, "w") as packed_wheel:
            for name, content in files.items():
                packed_wheel.writestr(name, content)
        with tarfile.open(archive, "w") as packed:
            packed.add(place / kind / "wheels", "wheels")
    return place


def secrets_are_changed(tent: Deployment) -> None:
    """Other passwords and tokens, and votes are stored as before."""
    vault = (tent.secrets / "vault.yml").read_text(encoding="utf-8")
    assert vault.startswith("$ANSIBLE_VAULT;"), "the vault is not encrypted"
    before = tent.stored()
    tent.play("rotate.yml", limit=["courtier"])
    assert (tent.secrets / "vault.yml").read_text(encoding="utf-8") != vault, "the vault is the same"
    tent.vote()
    until("a vote is stored with the new token", lambda: tent.stored() > before)


def the_broker_machine_dies_and_comes_back_from_its_backup(tent: Deployment) -> None:
    """Backup, further presses, a new card, restore; the nodes fill it up: every press is there, once."""
    tent.on_broker(
        "sudo -u preaccueil-dashboard env PREACCUEIL_PIN=190619 /opt/preaccueil/current/venv/bin/preaccueil"
        " account add awa 'Awa D.' --state /var/lib/preaccueil/dashboard"
    )
    tent.vote()
    until("all of it is stored", lambda: tent.stored() > 0)
    tent.on_broker("sudo systemctl start preaccueil-backup.service")
    kept = tent.stored()
    for _ in range(2):
        tent.vote()
    until("what was pressed after the backup is stored", lambda: tent.stored() >= kept + 2)
    before = tent.stored()
    stick = tent.folder / "stick"
    shutil.copytree(tent.made["courtier"].tree / "var/backups/preaccueil", stick)
    tent.made["courtier"].renew()
    shutil.copytree(stick, tent.made["courtier"].tree / "var/backups/preaccueil")
    tent.vote()
    tent.play("site.yml", limit=["courtier"], **tent.town_hall_certificate())
    tent.play("restore.yml", limit=["courtier"])
    until("every press is there, and one more", lambda: tent.stored() >= before + 1, 120)
    known = tent.program("account list --state /var/lib/preaccueil/dashboard").stdout
    assert "awa" in known, f"the accounts are gone: {known}"
    until("the pages have the town hall's certificate", lambda: tent.page()[0] == HTTPStatus.OK)


def a_stolen_node_is_refused_and_its_place_filled(tent: Deployment) -> None:
    """Revoked, it reaches nobody; a new machine under its name, from a fresh card, goes on."""
    before = tent.received_from("barometre")
    began = tent.on_broker("date +%s").stdout.strip()
    tent.play("revoke.yml", limit=["courtier"], revoke_node="barometre")

    def refused() -> bool:
        log = tent.on_broker(f"sudo journalctl --unit preaccueil-broker --since @{began}").stdout
        return "certificate verify failed" in log or "certificate revoked" in log

    until("the broker refuses the revoked node", refused)
    tent.vote()
    assert tent.received_from("barometre") == before, "a revoked node reached the journal"
    counted = tent.stored()
    tent.made["barometre"].renew()
    old = tent.made["borne-a"].ssh("sudo sha1sum /etc/preaccueil/node/borne-a.pem").stdout
    # In the same run, certificates that end soon are renewed: here, all of them.
    tent.play("site.yml", limit=NODES, certificates_renew_before="+900d")
    tent.vote()
    until("its place is filled: a press there arrives", lambda: tent.received_from("barometre") > before)
    until("and is stored", lambda: tent.stored() > counted)
    assert tent.made["borne-a"].ssh("sudo sha1sum /etc/preaccueil/node/borne-a.pem").stdout != old
    until("a node with a renewed certificate is heard", lambda: tent.heard("borne-a"))


def everything_comes_back_after_a_restart(tent: Deployment) -> None:
    """Every machine is switched off and on."""
    before = tent.stored()
    for machine in tent.made.values():
        machine.restart()
    tent.vote()
    until("and is received and stored", lambda: tent.stored() > before)
    until("the page is served over HTTPS", lambda: tent.page()[0] == HTTPStatus.OK)


STEPS: tuple[Callable[[Deployment], None], ...] = (
    problems_are_said_before_anything_changes,
    fresh_machines_become_a_tent,
    presses_reach_the_store_and_the_page,
    a_second_run_changes_nothing,
    services_are_confined,
    a_node_is_only_read,
    alerts_say_what_is_wrong,
    a_broken_release_goes_back_by_itself,
    secrets_are_changed,
    the_broker_machine_dies_and_comes_back_from_its_backup,
    a_stolen_node_is_refused_and_its_place_filled,
    everything_comes_back_after_a_restart,
)


if __name__ == "__main__":
    main()

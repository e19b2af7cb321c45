"""`make deploy-test`: the real playbook on real Debian machines, and what must hold afterwards."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from machines import Machine, inside_own_namespaces, machines, say, ssh_options

ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = {"courtier": "10", "barometre": "11", "borne-a": "12"}
"""A broker with store, hall and dashboard; a node that votes; a node that gives tickets."""
PATIENCE_S = 60.0
LOG = ROOT / ".run" / "deploy-test" / "ansible.log"
"""What every playbook said, kept when the machines are gone."""
PORTS = (22, 80, 443, 1883, 8019, 8086, 8883)
"""Whatever anybody could expect there: of all of them ssh and the broker's TLS port answer."""
SOCKET = "/run/preaccueil/virtual.socket"
_PRESS = f"""
import socket, sys
wire = socket.socket(socket.AF_UNIX)
wire.connect("{SOCKET}")
stream = wire.makefile("rw")
for line in sys.argv[1].split(";"):
    stream.write(line + "\\n"); stream.flush()
    print(stream.readline().strip())
"""


class Deployment:
    """The machines, and the playbook that is run on them."""

    def __init__(self, made: dict[str, Machine], folder: Path) -> None:
        self.made, self._folder = made, folder
        self._inventory = folder / "preaccueil.yml"
        self._inventory.write_text(
            json.dumps(
                {
                    "plugin": "preaccueil",
                    "site": str(ROOT / "firmware_configs/sites/barnum"),
                    "broker": "courtier",
                    "domain": "",
                    "addresses": {name: machine.address for name, machine in made.items()},
                }
            ),
            encoding="utf-8",
        )

    def play(
        self, playbook: str, *options: str, limit: Sequence[str] = (), check: bool = True
    ) -> dict[str, dict[str, int]]:
        """Run a playbook; what it did by machine. Raises RuntimeError with its output when it fails."""
        values = {
            "preaccueil_pins": "mock",
            "node_virtual_socket": SOCKET,
            "influxdb_source": "file",
            "preaccueil_secrets": str(self._folder / "secrets"),
            "preaccueil_build": str(self._folder / "build"),
        }
        began = time.monotonic()
        done = subprocess.run(
            [
                str(Path(sys.executable).parent / "ansible-playbook"),
                "--inventory",
                str(self._inventory),
                "--limit",
                ",".join(limit or self.made),
                "--extra-vars",
                json.dumps(values),
                f"--ssh-common-args={' '.join(ssh_options(self._folder / 'key'))}",
                *options,
                playbook,
            ],
            cwd=ROOT / "ansible",
            capture_output=True,
            text=True,
            check=False,
        )
        LOG.parent.mkdir(parents=True, exist_ok=True)
        with LOG.open("a", encoding="utf-8") as log:
            log.write(f"\n== {playbook} {' '.join(options)}\n{done.stdout}{done.stderr}")
        if check and done.returncode:
            failed = done.stdout.find("fatal: ")
            said = done.stdout[max(failed, 0) :][:6000]
            raise RuntimeError(f"{playbook} failed (all of it: {LOG}):\n{said}\n{done.stderr[-2000:]}")
        recap = {}
        for line in done.stdout.splitlines():
            if found := re.match(r"(\S+)\s+: (ok=.*)", line):
                recap[found[1]] = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", found[2])}
        changed = sum(one.get("changed", 0) for one in recap.values())
        say(f"{playbook} {' '.join(options)}: {time.monotonic() - began:.0f} s, changed={changed}")
        return recap

    def press(self, node: str, lines: str) -> list[str]:
        """Drive a node's virtual pins."""
        return self.made[node].ssh(f"sudo python3 - '{lines}'", given=_PRESS).stdout.splitlines()

    def on_broker(self, command: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command on the broker's machine."""
        return self.made["courtier"].ssh(command, check=check)

    def ledger(self) -> subprocess.CompletedProcess[str]:
        """Recorded, received and stored, as the hall's machine counts."""
        return self.on_broker(
            "sudo /opt/preaccueil/current/venv/bin/preaccueil ledger --site /opt/preaccueil/current/site.json"
            " --state /var/lib/preaccueil/hall --store-config /etc/preaccueil/store/hall.json --all",
            check=False,
        )


def until(what: str, holds: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Wait for a condition. Raises AssertionError saying which one did not come."""
    ends = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ends:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.5)
    say(f"holds: {what}")


def main() -> None:
    """Deploy, press, repeat, restart."""
    inside_own_namespaces()
    began = time.monotonic()
    LOG.unlink(missing_ok=True)
    with machines(NAMES) as (made, folder):
        tent = Deployment(made, folder)
        try:
            tent.play("site.yml")
            check(tent)
        except BaseException:
            keep_logs(made)
            raise
    say(f"all of it: {time.monotonic() - began:.0f} s")


def keep_logs(made: Mapping[str, Machine]) -> None:
    """What every machine's own log says, for whoever looks why it failed."""
    for name, machine in made.items():
        said = machine.ssh("sudo journalctl --no-pager --lines=400", check=False).stdout
        (LOG.parent / f"{name}.log").write_text(said, encoding="utf-8")
    say(f"the machines' own logs: {LOG.parent}")


def check(tent: Deployment) -> None:
    """What must hold of a tent that was just deployed."""
    presses_reach_the_store(tent)
    a_second_run_changes_nothing(tent)
    services_are_confined(tent)
    a_stolen_node_is_refused_and_its_place_filled(tent)
    everything_comes_back_after_a_restart(tent)


def presses_reach_the_store(tent: Deployment) -> None:
    """Votes pressed at virtual pins are in the journal and in InfluxDB, and the page is served."""
    vote(tent)
    until("what was pressed is stored", lambda: stored(tent) > 0)
    before = stored(tent)
    for _ in range(3):
        vote(tent)
    until("presses are received and stored", lambda: stored(tent) >= before + 3)
    page = "python3 -c \"import urllib.request as u; print(u.urlopen('http://127.0.0.1:8019/').status)\""
    until("the page is served", lambda: tent.on_broker(page, check=False).stdout.strip() == "200")


def a_second_run_changes_nothing(tent: Deployment) -> None:
    """The playbook is safe to repeat."""
    changed = {name: did["changed"] for name, did in tent.play("site.yml").items() if did["changed"]}
    assert not changed, f"a second run changed something: {changed}"


def services_are_confined(tent: Deployment) -> None:
    """Systemd's own measure of what a service could do: at most 3.0 of 10; and no port is open in vain."""
    units = {"courtier": ("influxdb", "preaccueil-broker", "preaccueil-hall", "preaccueil-dashboard")}
    units |= {name: ("preaccueil-node",) for name in tent.made if name != "courtier"}
    for name, services in units.items():
        for service in services:
            tent.made[name].ssh(f"systemd-analyze security --no-pager --threshold=30 {service}.service")
    say("holds: every service of ours is confined, exposure at most 3.0")
    open_ports = [port for port in PORTS if reachable(tent.made["courtier"].address, port)]
    assert open_ports == [22, 8883], f"reachable on the broker's machine: {open_ports}"
    say("holds: only ssh and the broker's port can be reached")


def reachable(address: str, port: int) -> bool:
    """Whether something answers on a TCP port."""
    try:
        with socket.create_connection((address, port), timeout=1):
            return True
    except OSError:
        return False


def a_stolen_node_is_refused_and_its_place_filled(tent: Deployment) -> None:
    """Revoked, it reaches nobody; a new machine under its name, from a fresh card, goes on."""
    before = stored(tent)
    began = tent.on_broker("date +%s").stdout.strip()
    tent.play("revoke.yml", "--extra-vars", "revoke_node=barometre", limit=["courtier"])

    def refused() -> bool:
        log = tent.on_broker(f"sudo journalctl --unit preaccueil-broker --since @{began}").stdout
        return "certificate verify failed" in log or "certificate revoked" in log

    until("the broker refuses the revoked node", refused)
    vote(tent)
    assert stored(tent) == before, "a revoked node reached the journal"
    tent.made["barometre"].renew()
    tent.play("site.yml", limit=["barometre"])
    vote(tent)
    until("its place is filled, and what is pressed there is stored", lambda: stored(tent) > before)


def everything_comes_back_after_a_restart(tent: Deployment) -> None:
    """Every machine is switched off and on."""
    before = stored(tent)
    for machine in tent.made.values():
        machine.restart()
    until("a vote counts after a restart of every machine", lambda: press(tent) == "lit")
    until("and is received and stored", lambda: stored(tent) > before)


def vote(tent: Deployment) -> None:
    """Vote until a lamp says that it counts: just after another one it is pressed too early."""
    until("a vote's lamp answers", lambda: press(tent) == "lit")


def press(tent: Deployment) -> str:
    """Press the barometer's first button until its lamp goes on: ``lit`` or ``dark``."""
    return (tent.press("barometre", "touch 5 12 5") or ["nothing"])[0]


def stored(tent: Deployment) -> int:
    """Events received, when all of them are stored; else -1."""
    done = tent.ledger()
    found = re.search(r"(\d+) événements? reçus?", done.stdout)
    return int(found[1]) if found and not done.returncode else -1


if __name__ == "__main__":
    main()

"""A deployed tent, and what can be asked of it from outside."""

from __future__ import annotations

import json
import os
import re
import socket
import ssl
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import trustme
from machines import Machine, say, ssh_options

ROOT = Path(__file__).resolve().parent.parent.parent
LOG = ROOT / ".run" / "deploy-test" / "ansible.log"
"""What every playbook said, kept when the machines are gone."""
PATIENCE_S = 60.0
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


class Played(NamedTuple):
    """What a playbook did."""

    failed: bool
    said: str
    changed: Mapping[str, int]
    """Changes by machine, where there were any."""


class Deployment:
    """The machines, and the playbooks that are run on them.

    Args:
        made: the machines by name.
        folder: a folder of this test's own.
    """

    def __init__(self, made: dict[str, Machine], folder: Path) -> None:
        self.made, self.folder = made, folder
        self.pages_on = "courtier"
        self.bundle = ROOT / ".run" / "bundle" / "x86_64"
        self.secrets = folder / "secrets"
        self.trusted = self.secrets / "certificates/ca.pem"
        """Whose certificate the pages are expected to have."""
        self._inventory = folder / "preaccueil.yml"
        description = {
            "plugin": "preaccueil",
            "site": str(ROOT / "firmware_configs/sites/barnum"),
            "broker": "courtier",
            "domain": "",
            "addresses": {name: machine.address for name, machine in made.items()},
        }
        self._inventory.write_text(json.dumps(description), encoding="utf-8")

    def play(
        self, playbook: str, *options: str, limit: Sequence[str] = (), fails: bool = False, **values: object
    ) -> Played:
        """Run a playbook.

        Args:
            playbook: its file.
            options: more words of the command.
            limit: machines it is for; all of them when empty.
            fails: whether it must fail.
            values: variables set for this run.

        Raises:
            RuntimeError: with what it said, when it failed and must not, or the other way round.
        """
        known = {
            "preaccueil_pins": "mock",
            "node_virtual_socket": SOCKET,
            # Where the vendor could not be reached: the program of tools/influxd.
            "influxdb_source": "deb" if (self.bundle / "influxdb2.deb").exists() else "file",
            "preaccueil_secrets": str(self.secrets),
            "preaccueil_build": str(self.folder / "build"),
            "preaccueil_bundle": str(self.bundle),
            # A folder on the machine itself: it has no USB stick.
            "backup_label": "",
            **values,
        }
        words = " ".join([playbook, *options, *(f"--limit {one}" for one in limit)])
        began = time.monotonic()
        LOG.parent.mkdir(parents=True, exist_ok=True)
        with LOG.open("a+", encoding="utf-8") as log:
            log.write(f"\n== {words}\n")
            log.flush()
            start = log.tell()
            done = subprocess.run(
                [
                    str(Path(sys.executable).parent / "ansible-playbook"),
                    "--inventory",
                    str(self._inventory),
                    "--limit",
                    ",".join(limit or self.made),
                    "--extra-vars",
                    json.dumps(known),
                    f"--ssh-common-args={' '.join(ssh_options(self.folder / 'key'))}",
                    *options,
                    playbook,
                ],
                cwd=ROOT / "ansible",
                env={
                    **os.environ,
                    "PREACCUEIL_VAULT_PASSWORD_FILE": str(self.folder / "vault-password"),
                    # Connections are shared by address, and another test's machines have the same ones.
                    "ANSIBLE_SSH_CONTROL_PATH_DIR": str(self.folder / "ssh"),
                },
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
            log.seek(start)
            said = log.read()
        if bool(done.returncode) != fails:
            failed = said[max(said.find("fatal: "), 0) :][:6000]
            raise RuntimeError(f"{words}: exit code {done.returncode} (all of it: {LOG}):\n{failed}")
        changed = {
            found[1]: int(found[2])
            for found in re.finditer(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)", said, re.MULTILINE)
            if int(found[2])
        }
        say(f"{words}: {time.monotonic() - began:.0f} s, changed={sum(changed.values())}")
        return Played(bool(done.returncode), said, changed)

    def on_broker(self, command: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command on the broker's machine."""
        return self.made["courtier"].ssh(command, check=check)

    def program(self, words: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the deployed program on the broker's machine, as root."""
        return self.on_broker(f"sudo /opt/preaccueil/current/venv/bin/preaccueil {words}", check=check)

    def release(self, name: str) -> str:
        """The release that is current on a machine."""
        link = self.made[name].ssh("readlink /opt/preaccueil/current").stdout
        return link.strip().removeprefix("releases/")

    def releases(self, name: str) -> list[str]:
        """The releases that are on a machine."""
        return self.made[name].ssh("ls /opt/preaccueil/releases").stdout.split()

    def press(self) -> str:
        """Press the barometer's first button until its lamp goes on: ``lit`` or ``dark``."""
        driven = self.made["barometre"].ssh("sudo python3 - 'touch 5 12 5'", given=_PRESS, check=False)
        return (driven.stdout.splitlines() or ["nothing"])[0]

    def vote(self) -> None:
        """Vote until a lamp says that it counts: just after another one it is pressed too early."""
        until("a vote's lamp answers", lambda: self.press() == "lit")

    def stored(self) -> int:
        """Events received, when all of them are stored; else -1."""
        done = self.program(
            "ledger --site /opt/preaccueil/current/site.json --state /var/lib/preaccueil/hall"
            " --store-config /etc/preaccueil/store/hall.json --all",
            check=False,
        )
        found = re.search(r"(\d+) événements? reçus?", done.stdout)
        return int(found[1]) if found and not done.returncode else -1

    def received_from(self, node: str) -> int:
        """How many events of a node the hall's journal holds."""
        code = (
            "import sqlite3, sys;"
            " print(sqlite3.connect('file:/var/lib/preaccueil/hall/journal.sqlite?mode=ro', uri=True)"
            ".execute('SELECT count(*) FROM events WHERE node = ?', sys.argv[1:]).fetchone()[0])"
        )
        return int(self.on_broker(f'sudo python3 -c "{code}" {node}').stdout)

    def fetched(self, address: str) -> str:
        """What the broker's machine reads at an address of its own; empty for no answer."""
        code = f"import urllib.request as u; print(u.urlopen('{address}').read().decode())"
        return self.on_broker(f'python3 -c "{code}"', check=False).stdout

    def asked(self, question: str) -> dict[str, str]:
        """What Prometheus answers: the value by node, "" for none."""
        query = urllib.parse.urlencode({"query": question})
        answer = self.fetched(f"http://127.0.0.1:9090/api/v1/query?{query}") or "{}"
        found = json.loads(answer).get("data", {}).get("result", [])
        return {one["metric"].get("node", ""): one["value"][1] for one in found}

    def heard(self, node: str) -> bool:
        """Whether the hall hears a node, as the pages say."""
        answer = self.fetched("http://127.0.0.1:8019/sante")
        return bool(answer) and json.loads(answer)["nodes"][node]["state"] == "online"

    def town_hall_certificate(self) -> dict[str, str]:
        """Another authority's certificate for the pages, and the variables that bring it."""
        authority = trustme.CA()
        issued = authority.issue_cert("courtier", self.made["courtier"].address)
        chain, key = self.folder / "mairie.pem", self.folder / "mairie.key"
        authority.cert_pem.write_to_path(self.folder / "mairie-ca.pem")
        issued.private_key_pem.write_to_path(key)
        chain.write_bytes(b"".join(one.bytes() for one in issued.cert_chain_pems))
        self.trusted = self.folder / "mairie-ca.pem"
        return {"proxy_certificate": str(chain), "proxy_certificate_key": str(key)}

    def page(self, path: str = "/") -> tuple[int, str]:
        """Status and text of a page, over HTTPS, trusting one authority only."""
        trust = ssl.create_default_context(cafile=str(self.trusted))
        address = f"https://{self.made[self.pages_on].address}{path}"
        try:
            with urllib.request.urlopen(address, context=trust, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, ""
        except OSError as problem:
            return 0, str(problem)


def keep_logs(made: Mapping[str, Machine]) -> None:
    """What every machine's own log says, for whoever looks why it failed."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    for name, machine in made.items():
        said = machine.ssh("sudo journalctl --no-pager --lines=600", check=False).stdout
        (LOG.parent / f"{name}.log").write_text(said, encoding="utf-8")
    say(f"the machines' own logs: {LOG.parent}")


def until(what: str, holds: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Wait for a condition. Raises AssertionError saying which one did not come."""
    ends = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ends:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.5)
    say(f"holds: {what}")


def reachable(address: str, port: int) -> bool:
    """Whether something answers on a TCP port."""
    try:
        with socket.create_connection((address, port), timeout=1):
            return True
    except OSError:
        return False


def time_of(address: str) -> float:
    """Seconds since 1970 as an NTP server tells them (RFC 5905). Raises OSError when it does not."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.settimeout(2)
        wire.sendto(b"\x23" + 47 * b"\0", (address, 123))
        answer = wire.recv(48)
    seconds, parts = struct.unpack("!II", answer[40:48])
    return float(seconds - 2_208_988_800 + parts / 2**32)

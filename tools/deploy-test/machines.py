"""Debian machines on a bridge of their own, for `make deploy-test`.

mmdebstrap makes them, systemd-nspawn runs them, inside network, mount and process namespaces that end with
us (``inside_own_namespaces``): when the test is interrupted or killed, machines, bridge and mounts are gone
with it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

SUITE: Final = "trixie"
NETWORK: Final = "10.219.0"
USER: Final = "technicien"
_IN_THE_IMAGE: Final = (
    "systemd,systemd-sysv,dbus,openssh-server,python3,sudo,iproute2,python3-apt,tzdata,udev"
)
"""What Raspberry Pi OS Lite brings of what Ansible and the roles need."""
_INSIDE: Final = "PREACCUEIL_OWN_NAMESPACES"
_BOOT_S: Final = 60.0
_MOST: Final = "10g"
"""Of memory for one machine's files, which go with our namespaces; three of them take some 4 GB."""


def say(text: str) -> None:
    """One line for whoever waits."""
    print(f"== {text}", file=sys.stderr, flush=True)


def inside_own_namespaces() -> None:
    """Go on in namespaces of our own: this returns only there."""
    if os.environ.get(_INSIDE):
        _run("ip", "link", "set", "lo", "up")
        return
    if os.geteuid() != 0:
        sys.exit("machines are made as root / en root : sudo make deploy-test")
    missing = [one for one in ("mmdebstrap", "systemd-nspawn", "ssh", "ip") if shutil.which(one) is None]
    if missing:
        sys.exit(
            f"missing / il manque : {', '.join(missing)}: apt-get install mmdebstrap systemd-container"
            " openssh-client iproute2"
        )
    image()  # with the network that this machine has
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="preaccueil-machines-") as folder:
        words = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        inside = subprocess.Popen(
            [*words, sys.executable, *sys.argv], env={**os.environ, _INSIDE: "1", "TMPDIR": folder}
        )
        try:
            status = inside.wait()
        except BaseException:
            inside.kill()  # and with it everything that runs in its namespaces
            inside.wait()
            raise
    sys.exit(status)


def image() -> Path:
    """The tree that every machine begins as, made when missing; some 40 s, then kept."""
    recipe = hashlib.sha256(f"2 {SUITE} {_IN_THE_IMAGE}".encode()).hexdigest()[:12]
    tree = Path.home() / ".cache" / "preaccueil" / "machines" / f"{SUITE}-{recipe}"
    if tree.exists():
        return tree
    say(f"a Debian {SUITE} machine, once")
    tree.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=tree.parent) as folder:
        new = Path(folder) / "tree"
        _run(
            "mmdebstrap",
            "--quiet",
            "--variant=minbase",
            f"--include={_IN_THE_IMAGE}",
            SUITE,
            str(new),
            _archive(),
        )
        new.chmod(0o755)
        _run("chroot", str(new), "useradd", "--create-home", "--shell", "/bin/bash", USER)
        (new / "etc/sudoers.d/technicien").write_text(f"{USER} ALL=(ALL) NOPASSWD:ALL\n", encoding="utf-8")
        _run("chroot", str(new), "systemctl", "--quiet", "enable", "systemd-networkd", quiet=True)
        new.rename(tree)
    return tree


class Machine:
    """One machine that is running.

    Args:
        name: its host name.
        address: its IPv4 address.
        tree: where its card lies.
        bridge: its network.
        key: the technician's ssh key.
        hosts: the content of its /etc/hosts.
        has_data: whether its card has a data partition, as a node's.

    """

    def __init__(
        self, name: str, address: str, tree: Path, bridge: str, key: Path, hosts: str, *, has_data: bool
    ) -> None:
        self.name, self.address, self.tree = name, address, tree
        self._bridge, self._key, self._hosts = bridge, key, hosts
        self._data = tree.parent / f"{name}.data" if has_data else None
        self._process: subprocess.Popen[bytes] | None = None

    def renew(self) -> None:
        """Put in a fresh card: whatever it had is gone."""
        self.stop()
        self.take_card()
        self.install()
        self.start()

    def take_card(self) -> None:
        """Take its card out, with all that is on it."""
        for mounted in self._cards():
            _run("umount", "--lazy", str(mounted))

    def install(self) -> None:
        """Write its card."""
        for mounted in self._cards():
            mounted.mkdir(exist_ok=True)
            # In memory, where nobody waits for a disk; each its own, which can be made read-only.
            _run("mount", "-t", "tmpfs", "-o", f"size={_MOST},mode=0755", "tmpfs", str(mounted))
        _run("cp", "--archive", f"{image()}/.", str(self.tree))
        _prepare(self.tree, self.name, self.address, self._hosts, self._key)

    def start(self) -> None:
        """Boot it, and wait until ssh answers."""
        # As the kernel does it: what fstab says comes later.
        _run("mount", "-o", "remount,rw", str(self.tree))
        with (self.tree.parent / f"{self.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    "systemd-nspawn",
                    "--quiet",
                    "--boot",
                    "--register=no",
                    "--keep-unit",
                    "--resolv-conf=off",
                    # Else each start brings the zone of this machine, which a Pi does not.
                    "--timezone=off",
                    f"--directory={self.tree}",
                    f"--machine={self.name}",
                    f"--network-bridge={self._bridge}",
                    "--console=read-only",
                    "--link-journal=no",
                    *([f"--bind={self._data}:/var/lib/preaccueil"] if self._data else []),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        ends = time.monotonic() + _BOOT_S
        while self.ssh("true", check=False).returncode:
            if time.monotonic() > ends or self._process.poll() is not None:
                raise RuntimeError(f"{self.name} does not boot: see {self.tree.parent}/{self.name}.log")
            time.sleep(0.2)

    def stop(self) -> None:
        """Switch it off in order."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)
            self._process = None

    def restart(self) -> None:
        """Switch it off and on."""
        self.stop()
        self.start()

    def lose_power(self) -> None:
        """Pull the plug, and put it in again."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self.start()

    def _cards(self) -> list[Path]:
        return [self.tree, *([self._data] if self._data else [])]

    def ssh(self, command: str, *, check: bool = True, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command there as the technician. Raises RuntimeError with what it said when it fails."""
        done = subprocess.run(
            ["ssh", *ssh_options(self._key), f"{USER}@{self.address}", command],
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise RuntimeError(f"{self.name}: {command}\n{done.stdout}{done.stderr}")
        return done


def ssh_options(key: Path) -> list[str]:
    """How machines are reached whose host keys are as new as they are."""
    return [
        "-i",
        str(key),
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        "UserKnownHostsFile=/dev/null",
        "-o",
        "LogLevel=ERROR",
        "-o",
        "ConnectTimeout=2",
        "-o",
        "IdentitiesOnly=yes",
    ]


@contextmanager
def machines(
    names: Mapping[str, str], *, nodes: Collection[str]
) -> Iterator[tuple[dict[str, Machine], Path]]:
    """Running machines by name, and the folder in which they lie.

    Args:
        names: the last number of each one's address, by its name.
        nodes: those whose card has a data partition.
    """
    with tempfile.TemporaryDirectory(prefix="preaccueil-machines-") as place:
        folder = Path(place)
        key = folder / "key"
        _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key))
        bridge = "preaccueil0"
        _run("ip", "link", "add", bridge, "type", "bridge")
        _run("ip", "address", "add", f"{NETWORK}.1/24", "dev", bridge)
        _run("ip", "link", "set", bridge, "up")
        made: dict[str, Machine] = {}
        hosts = "127.0.0.1\tlocalhost\n" + "".join(
            f"{NETWORK}.{last}\t{one}\n" for one, last in names.items()
        )
        try:
            for name, last in names.items():
                address = f"{NETWORK}.{last}"
                made[name] = Machine(name, address, folder / name, bridge, key, hosts, has_data=name in nodes)
                made[name].install()
                made[name].start()
                say(f"{name} is up")
            yield made, folder
        finally:
            for machine in made.values():
                machine.stop()
                machine.take_card()


def _prepare(tree: Path, name: str, address: str, hosts: str, key: Path) -> None:
    (tree / "etc/hostname").write_text(f"{name}\n", encoding="utf-8")
    (tree / "etc/hosts").write_text(hosts, encoding="utf-8")
    (tree / "etc/resolv.conf").write_text("", encoding="utf-8")
    (tree / "etc/machine-id").write_text("", encoding="utf-8")
    (tree / "etc/fstab").write_text("card / none defaults 0 0\n", encoding="utf-8")
    (tree / "etc/systemd/network/10-host0.network").write_text(
        f"[Match]\nName=host0\n[Network]\nAddress={address}/24\nLinkLocalAddressing=no\n", encoding="utf-8"
    )
    # The clock belongs to the host: the time server may serve it, and not set it.
    chrony = tree / "etc/systemd/system/chrony.service.d/container.conf"
    chrony.parent.mkdir()
    chrony.write_text(
        "[Unit]\nConditionCapability=\n"
        "[Service]\nType=simple\nExecStart=\nExecStart=!/usr/sbin/chronyd -d -x\n",
        encoding="utf-8",
    )
    home = tree / "home" / USER / ".ssh"
    home.mkdir(mode=0o700)
    shutil.copy(key.with_suffix(".pub"), home / "authorized_keys")
    owner = (tree / "home" / USER).stat()
    for path in (home, home / "authorized_keys"):
        os.chown(path, owner.st_uid, owner.st_gid)


def _archive() -> str:
    """The Debian archive that this machine itself uses, whatever mirror that is."""
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE) $(COMPONENT)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    sites = [line.split()[0] for line in targets if line.endswith(" main") and "security" not in line]
    return sites[0] if sites else ""


def _run(*command: str, quiet: bool = False) -> None:
    done = subprocess.run(command, capture_output=quiet, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {(done.stderr or '')[-2000:]}")

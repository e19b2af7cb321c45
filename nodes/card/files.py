"""The files of one card, from the site description.

Raspberry Pi OS (from "trixie" on) brings cloud-init: it reads ``user-data``, ``network-config`` and
``meta-data`` from the boot partition at the first start. Device lines go into ``preaccueil.txt``, which
``config.txt`` includes from then on. Sources: Raspberry Pi documentation, "config.txt" and "Device trees,
overlays, and parameters"; cloud-init documentation, "NoCloud" and "Networking config version 2".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from broker.contract import compiled
from broker.contract.compiled import UART_PATHS

IMAGE: Final = "Raspberry Pi OS Lite (64-bit), Debian 13 « trixie »"
"""What the card is written with first, with Raspberry Pi Imager, without any of its own settings."""

USER: Final = "technicien"
GROUPS: Final = ["sudo", "gpio", "spi", "i2c", "dialout", "video", "lp"]
FIRST_START: Final = "/usr/local/sbin/preaccueil-first-start"

CLOCKS: Final = {
    "pi5": (
        "# The board's own watchdog, and its own clock with a battery at the BAT plug, charged to 3 V.\n"
        "dtparam=watchdog=on\ndtparam=rtc_bbat_vchg=3000000"
    ),
    "ds3231": (
        "# The board's own watchdog, and a clock with a battery on I²C.\n"
        "dtparam=watchdog=on\ndtparam=i2c_arm=on\ndtoverlay=i2c-rtc,ds3231"
    ),
}
"""What keeps the time of the broker's machine while it is off, with its lines of ``config.txt``."""

_INCLUDE: Final = (
    "grep -qx 'include preaccueil.txt' /boot/firmware/config.txt"
    " || printf '\\n[all]\\ninclude preaccueil.txt\\n' >> /boot/firmware/config.txt"
)
_UART: Final = {14, 15}
_SPI_OVERLAYS: Final = {0: "dtoverlay=spi0-1cs,no_miso", 1: "dtoverlay=spi1-1cs"}


class Wifi(NamedTuple):
    """The network that a Pi without Ethernet joins."""

    name: str
    password: str


def files(node: compiled.Node, site: compiled.Site, ssh_key: str, wifi: Wifi | None) -> dict[str, str]:
    """The texts by file name.

    Args:
        node: whose card it is.
        site: its site.
        ssh_key: the technician's public key, one line.
        wifi: where there is no cable.
    """
    script = (Path(__file__).parent / "first-start.sh").read_text(encoding="utf-8")
    return {
        "user-data": "#cloud-config\n" + _yaml(_user_data(node, site, ssh_key, script)),
        "network-config": _yaml(_network(wifi)),
        "meta-data": _yaml({"instance-id": _instance(node, site), "local-hostname": node.id}),
        "preaccueil.txt": "\n".join(firmware_lines(node)) + "\n",
    }


def broker_files(name: str, site: compiled.Site, ssh_key: str, clock: str) -> dict[str, str]:
    """The texts by file name, of the machine that carries broker, hall and dashboard.

    Args:
        name: what it is called, in lower case.
        site: its site.
        ssh_key: the technician's public key, one line.
        clock: one of CLOCKS, what keeps its time while it is off.
    """
    user_data = {
        **_machine(name, site, ssh_key),
        "runcmd": [["sh", "-c", _INCLUDE]],
        "power_state": {"mode": "reboot", "message": "preaccueil: first start done", "timeout": 30},
    }
    described = hashlib.sha256(f"{site.id}/{name}/{clock}".encode()).hexdigest()[:12]
    instance = f"{site.id}-{name}-{described}"
    return {
        "user-data": "#cloud-config\n" + _yaml(user_data),
        "network-config": _yaml(_network(None)),
        "meta-data": _yaml({"instance-id": instance, "local-hostname": name}),
        "preaccueil.txt": f"# {name}: written by `preaccueil card`, do not edit.\n{CLOCKS[clock]}\n",
    }


def firmware_lines(node: compiled.Node) -> Iterator[str]:
    """The lines of ``config.txt`` that the node's devices need, each with its reason."""
    yield f"# {node.id}: written by `preaccueil card`, do not edit."
    yield "# The board's own watchdog restarts a machine that hangs."
    yield "dtparam=watchdog=on"
    yield "# No sound, no camera, no screen: nothing else may take pins."
    yield "dtparam=audio=off"
    yield "camera_auto_detect=0"
    yield "display_auto_detect=0"
    for port in sorted({one.spi_port for one in node.devices if isinstance(one, compiled.LedDisplay)}):
        yield f"# LED display on SPI {port}; it never answers, so that MISO stays free."
        yield "dtparam=spi=on"
        yield _SPI_OVERLAYS[port]
    if _has_i2c(node):
        yield "# Distance sensors on I²C: fast enough that nobody waits for the bus."
        yield "dtparam=i2c_arm=on"
        yield "dtparam=i2c_arm_baudrate=400000"
    if any(isinstance(one, compiled.TicketPrinter) and one.serial in UART_PATHS for one in node.devices):
        yield "# A printer on GPIO 14 and 15; the first start takes the console off that line."
        yield "enable_uart=1"
    elif _UART & set(pins(node)):
        yield "# GPIO 14 and 15 carry a device: no serial console on them."
        yield "enable_uart=0"


def _has_i2c(node: compiled.Node) -> bool:
    return any(isinstance(device, compiled.TofSensor) for device in node.devices)


def pins(node: compiled.Node) -> Iterator[int]:
    """The GPIO numbers of a node's buttons and lamps that may collide with the serial console."""
    for device in node.devices:
        for button in getattr(device, "buttons", ()):
            yield button.pin
            yield button.lamp
        for name in (
            "pin",
            "lamp",
            "outer",
            "inner",
            "green",
            "red",
            "next",
            "recall",
            "no_show",
            "done",
            "start",
            "help",
            "help_lamp",
            "language",
            "plan",
            "questionnaire",
            "xshut",
        ):
            value = getattr(device, name, None)
            if isinstance(value, int):
                yield value


def _user_data(node: compiled.Node, site: compiled.Site, ssh_key: str, script: str) -> dict[str, Any]:
    card = {"site": site.id, "node": node.id, "model": node.model}
    return {
        **_machine(node.id, site, ssh_key),
        # The system keeps the front of the card only: the rest becomes the data partition.
        "growpart": {"mode": "off"},
        "resize_rootfs": False,
        "write_files": [
            {"path": "/etc/preaccueil/card.json", "content": json.dumps(card) + "\n"},
            {"path": FIRST_START, "permissions": "0755", "content": script},
            *(
                [{"path": "/etc/modules-load.d/preaccueil.conf", "content": "i2c-dev\n"}]
                if _has_i2c(node)
                else []
            ),
        ],
        "runcmd": [[FIRST_START]],
        "power_state": {"mode": "reboot", "message": "preaccueil: first start done", "timeout": 30},
    }


def _machine(name: str, site: compiled.Site, ssh_key: str) -> dict[str, Any]:
    return {
        "hostname": name,
        "manage_etc_hosts": True,
        "timezone": site.timezone,
        "locale": "fr_FR.UTF-8",
        "keyboard": {"layout": "fr"},
        "ssh_pwauth": False,
        "disable_root": True,
        "users": [
            {
                "name": USER,
                "groups": GROUPS,
                "shell": "/bin/bash",
                "sudo": "ALL=(ALL) NOPASSWD:ALL",
                "lock_passwd": True,
                "ssh_authorized_keys": [ssh_key],
            }
        ],
    }


def _network(wifi: Wifi | None) -> dict[str, Any]:
    network: dict[str, Any] = {
        "version": 2,
        "ethernets": {"eth0": {"dhcp4": True, "optional": True}},
    }
    if wifi is not None:
        network["wifis"] = {
            "wlan0": {
                "dhcp4": True,
                "optional": True,
                "regulatory-domain": "FR",
                "access-points": {wifi.name: {"password": wifi.password}},
            }
        }
    return network


def _instance(node: compiled.Node, site: compiled.Site) -> str:
    """Another description of the node is another instance: cloud-init then sets it up anew."""
    described = hashlib.sha256(f"{site.id}/{node!r}".encode()).hexdigest()[:12]
    return f"{site.id}-{node.id}-{described}"


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines as one, so that a technician can read it."""


def _represent(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent)


def _yaml(tree: dict[str, Any]) -> str:
    text: str = yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text

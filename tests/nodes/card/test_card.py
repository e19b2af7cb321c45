"""A node's SD card: what cloud-init reads, and what its first start does to a real disk image."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import subprocess
import threading
import time
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from nodes.card import files as card_files
from nodes.card.files import Wifi, files, firmware_lines
from nodes.wiring import labels
from preaccueil.commands.card import command
from tests.nodes.distance_stand import DOOR, with_sensors

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDFakeKeyForTests technicien"
SCRIPT = Path(card_files.__file__).parent / "first-start.sh"


def test_a_card_makes_its_machine_ready_for_ansible_without_screen_or_keyboard(barnum):
    made = files(barnum.node("borne-a"), barnum, KEY, None)
    assert made["user-data"].startswith("#cloud-config\n")
    user = yaml.safe_load(made["user-data"])
    assert user["hostname"] == "borne-a"
    assert user["timezone"] == "Europe/Paris"
    (technician,) = user["users"]
    assert technician["ssh_authorized_keys"] == [KEY]
    assert technician["lock_passwd"]
    assert user["ssh_pwauth"] is False
    written = {one["path"]: one for one in user["write_files"]}
    assert json.loads(written["/etc/preaccueil/card.json"]["content"]) == {
        "site": "barnum",
        "node": "borne-a",
        "model": "Raspberry Pi 4 B",
    }
    assert written[card_files.FIRST_START]["content"] == SCRIPT.read_text(encoding="utf-8")
    assert user["runcmd"] == [[card_files.FIRST_START]]
    network = yaml.safe_load(made["network-config"])
    assert network["version"] == 2
    assert "wifis" not in network


def test_the_brokers_machine_gets_a_card_and_keeps_its_time_while_it_is_off(barnum, tmp_path):
    key = tmp_path / "key.pub"
    key.write_text(KEY, encoding="utf-8")
    words = f"--all --broker courtier --clock ds3231 --wifi Barnum --wifi-password {'x' * 8}".split()
    done = CliRunner().invoke(command, [*words, "--ssh-key", str(key), "--out", str(tmp_path / "cards")])
    assert done.exit_code == 0, done.output
    card = tmp_path / "cards/courtier"
    assert yaml.safe_load((card / "user-data").read_text(encoding="utf-8"))["hostname"] == "courtier"
    assert "dtoverlay=i2c-rtc,ds3231" in (card / "preaccueil.txt").read_text(encoding="utf-8").splitlines()
    assert "x" * 8 not in (card / "network-config").read_text(encoding="utf-8"), "it hangs on a cable"


@pytest.mark.parametrize("name", ["borne-a", "Le Courtier"])
def test_the_brokers_machine_needs_a_name_of_its_own(name, tmp_path):
    key = tmp_path / "key.pub"
    key.write_text(KEY, encoding="utf-8")
    done = CliRunner().invoke(
        command, ["--all", "--broker", name, "--ssh-key", str(key), "--out", str(tmp_path / "cards")]
    )
    assert done.exit_code == 2
    assert name in done.output
    assert not (tmp_path / "cards").exists()


def test_each_node_gets_the_lines_that_its_devices_need(barnum):
    lines = {node.id: files(node, barnum, KEY, None)["preaccueil.txt"].splitlines() for node in barnum.nodes}
    assert "dtoverlay=spi0-1cs,no_miso" in lines["borne-a"]
    assert "enable_uart=0" in lines["borne-a"], "lamps hang on GPIO 14 and 15"
    assert "dtparam=spi=on" not in lines["comptoir"]
    assert all("dtparam=watchdog=on" in one for one in lines.values())


def test_another_description_is_another_instance_and_the_same_is_the_same(barnum):
    one = files(barnum.node("borne-a"), barnum, KEY, None)["meta-data"]
    assert files(barnum.node("borne-a"), barnum, KEY, None)["meta-data"] == one
    assert files(barnum.node("borne-b"), barnum, KEY, None)["meta-data"] != one


def test_a_network_without_cable_is_joined_in_france(barnum):
    network = yaml.safe_load(
        files(barnum.node("entree"), barnum, KEY, Wifi("tente", "mot de passe"))["network-config"]
    )
    wifi = network["wifis"]["wlan0"]
    assert wifi["access-points"] == {"tente": {"password": "mot de passe"}}
    assert wifi["regulatory-domain"] == "FR"


# The command ---------------------------------------------------------------------------------------


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "key.pub"
    path.write_text(KEY + "\n", encoding="utf-8")
    return path


@pytest.fixture
def run(tmp_path, key):
    def call(*arguments, **environment):
        return CliRunner().invoke(
            command, [*arguments, "--out", str(tmp_path / "out"), "--ssh-key", str(key)], env=environment
        )

    return call


def test_all_cards_of_a_site_are_written_and_the_image_is_named(run, barnum, tmp_path):
    result = run("--all", "--wifi", "tente", PREACCUEIL_WIFI_PASSWORD="un long mot")
    assert result.exit_code == 0, result.output
    assert card_files.IMAGE in result.output
    for node in barnum.nodes:
        folder = tmp_path / "out" / node.id
        assert {path.name for path in folder.iterdir()} == {
            "user-data",
            "network-config",
            "meta-data",
            "preaccueil.txt",
        }
        assert (folder / "network-config").stat().st_mode & 0o077 == 0, "a password is in it"


def words(shape) -> list[str]:
    """Everything that is written in a drawing."""
    here = [shape.text] if hasattr(shape, "text") else []
    return here + [word for part in getattr(shape, "contents", ()) for word in words(part)]


def test_all_cards_come_with_labels_for_cards_and_boxes_and_one_card_with_none(run, barnum, tmp_path):
    result = run("--all", "--wifi", "tente", PREACCUEIL_WIFI_PASSWORD="un long mot")
    pdf = tmp_path / "out" / "etiquettes.pdf"
    assert str(pdf) in result.output
    assert pdf.read_bytes().startswith(b"%PDF")
    tags = [
        word for page in labels.cards(barnum.nodes, barnum.name.fr, card_files.IMAGE) for word in words(page)
    ]
    for node in barnum.nodes:
        assert tags.count(node.id) == 1
        assert node.model in tags
    assert tags.count(card_files.IMAGE) == len(barnum.nodes)
    pdf.unlink()
    assert run("borne-a").exit_code == 0
    assert not pdf.exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "--all"),
        (("borne-a", "--all"), "--all"),
        (("borne-z",), "borne-a"),
        (("entree",), "Ethernet"),
        (("entree", "--wifi", "tente"), "8 à 63"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is_written(run, tmp_path, arguments, says):
    result = run(*arguments)
    assert result.exit_code != 0
    assert says in result.output
    assert not (tmp_path / "out").exists()


def test_a_private_key_is_refused(run, key):
    key.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n", encoding="utf-8")
    result = run("borne-a")
    assert result.exit_code != 0
    assert "PRIV" in result.output


# The first start -----------------------------------------------------------------------------------


def call(*words: object) -> str:
    return subprocess.run(
        [str(word) for word in words], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def disk(tmp_path):
    """A card of 96 MiB as an image has it: firmware, and a system of 32 MiB."""
    if os.geteuid() != 0 or shutil.which("losetup") is None or not Path("/dev/loop-control").exists():
        pytest.skip("needs root and loop devices")
    image = tmp_path / "card.img"
    with image.open("wb") as file:
        file.truncate(96 * 1024 * 1024)
    layout = "label: dos\nstart=2048, size=16384, type=c\nstart=18432, size=65536, type=83\n"
    subprocess.run(["sfdisk", "--quiet", image], input=layout, text=True, check=True)
    loop = Path(call("losetup", "--find", "--show", image))
    call("partx", "--add", loop)
    ended = threading.Event()
    nodes = threading.Thread(target=show_partitions, args=(loop, ended))
    nodes.start()
    try:
        until(Path(f"{loop}p2").is_block_device)
        call("mkfs.ext4", "-q", f"{loop}p2")
        yield loop
    finally:
        ended.set()
        nodes.join()
        call("partx", "--delete", loop)
        call("losetup", "--detach", loop)
        for node in made_nodes(loop):
            node.unlink()


def show_partitions(loop: Path, ended: threading.Event) -> None:
    """What udev does, where there is none: a device for each partition that the kernel knows."""
    while not ended.wait(0.02):
        for known in Path("/sys/block", loop.name).glob(f"{loop.name}p*/dev"):
            node = loop.with_name(known.parent.name)
            if not node.exists():
                with contextlib.suppress(FileExistsError, FileNotFoundError):
                    major, minor = known.read_text(encoding="ascii").split(":")
                    os.mknod(node, 0o600 | stat.S_IFBLK, os.makedev(int(major), int(minor)))


def made_nodes(loop: Path) -> list[Path]:
    """The partitions' devices that are left, once the kernel knows the partitions no more."""
    return [
        node
        for node in loop.parent.glob(f"{loop.name}p*")
        if not Path("/sys/block", loop.name, node.name).exists()
    ]


def until(holds) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.02)


def test_the_first_start_makes_a_data_partition_once_and_keeps_the_system(disk, tmp_path):
    (tmp_path / "config.txt").write_text("arm_64bit=1\n", encoding="utf-8")
    fstab = tmp_path / "fstab"
    fstab.write_text("proc /proc proc defaults 0 0\n", encoding="utf-8")
    for _start in range(2):
        call("sh", SCRIPT, disk, "48MiB", tmp_path, fstab)
        assert call("blkid", "--match-tag", "LABEL", "--output", "value", f"{disk}p3") == "preaccueil"
        assert int(call("blockdev", "--getsize64", f"{disk}p2")) == 48 * 1024 * 1024
        blocks = call("dumpe2fs", "-h", f"{disk}p2").split("Block count:")[1].split()[0]
        size = call("dumpe2fs", "-h", f"{disk}p2").split("Block size:")[1].split()[0]
        assert int(blocks) * int(size) == 48 * 1024 * 1024, "the system has grown into its partition"
        assert (tmp_path / "config.txt").read_text(encoding="utf-8").count("include preaccueil.txt") == 1
        assert fstab.read_text(encoding="utf-8").count("LABEL=preaccueil") == 1
    call("e2fsck", "-fn", f"{disk}p2")


def test_the_first_start_takes_the_console_off_a_printers_serial_line(disk, tmp_path):
    (tmp_path / "config.txt").write_text("arm_64bit=1\n", encoding="utf-8")
    (tmp_path / "preaccueil.txt").write_text("enable_uart=1\n", encoding="utf-8")
    kernel = tmp_path / "cmdline.txt"
    kernel.write_text("console=serial0,115200 console=tty1 root=PARTUUID=1-02 rootwait\n", encoding="utf-8")
    call("sh", SCRIPT, disk, "48MiB", tmp_path, tmp_path / "fstab")
    assert kernel.read_text(encoding="utf-8") == "console=tty1 root=PARTUUID=1-02 rootwait\n"


def test_a_node_with_a_distance_sensor_has_its_bus_switched_on(barnum):
    site = with_sensors(barnum, DOOR)
    node = site.node("entree")
    assert "dtparam=i2c_arm=on" in list(firmware_lines(node))
    assert "i2c-dev" in files(node, site, KEY, None)["user-data"]
    other = barnum.node("barometre")
    assert "dtparam=i2c_arm=on" not in list(firmware_lines(other))
    assert "i2c-dev" not in files(other, barnum, KEY, None)["user-data"]

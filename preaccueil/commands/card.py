"""``preaccueil card``: what goes onto a fresh card, for one node or for all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import click

from broker.contract import compiled
from broker.contract.site import SiteError, load
from nodes.card.files import CLOCKS, IMAGE, Wifi, broker_files, files
from nodes.wiring import book
from preaccueil.commands.check import fail

LABELS = "etiquettes.pdf"
WPA2_LENGTHS = range(8, 64)
NO_ETHERNET = ("Raspberry Pi Zero 2 W",)


@click.command("card")
@click.argument("node", required=False)
@click.option("--all", "every", is_flag=True, help="Every node of the site, and labels to print.")
@click.option(
    "--site",
    "site_dir",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path("firmware_configs/sites/barnum"),
    show_default=True,
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="A folder for each node is made in it.",
)
@click.option(
    "--ssh-key",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    required=True,
    help="The technician's public key (.pub).",
)
@click.option("--broker", help="With --all, also the card of the broker's machine, and how it is called.")
@click.option(
    "--clock",
    type=click.Choice(sorted(CLOCKS)),
    default="pi5",
    show_default=True,
    help="What keeps its time while it is off.",
)
@click.option("--wifi", help="The network's name, for Pis without Ethernet.")
@click.option(
    "--wifi-password",
    envvar="PREACCUEIL_WIFI_PASSWORD",
    help="Its password; others can read options: prefer PREACCUEIL_WIFI_PASSWORD.",
)
def command(
    node: str | None,
    site_dir: Path,
    out: Path,
    ssh_key: Path,
    broker: str | None,
    clock: str,
    wifi: str | None,
    wifi_password: str | None,
    *,
    every: bool,
) -> None:
    """Write the files of NODE's SD card, or with --all those of every node, and a PDF of labels.

    Write the image onto each card with Raspberry Pi Imager, without settings of its own; then copy the
    node's four files onto the card's first partition (bootfs), over those that are there.
    """
    try:
        site = load(site_dir)
    except SiteError as error:
        fail(error, "fr")
    if every == (node is not None):
        raise click.UsageError("un nœud, ou --all / one NODE, or --all")
    wanted = [one for one in site.nodes if every or one.id == node]
    if not wanted:
        known = ", ".join(one.id for one in site.nodes)
        raise click.UsageError(f"{site.id} n'a pas de nœud / has no node {node!r} : {known}")
    _machine_name(broker, site, every=every)
    network = _network(wifi, wifi_password)
    deaf = [one.id for one in wanted if one.model in NO_ETHERNET and network is None]
    if deaf:
        raise click.UsageError(
            f"sans Ethernet, il leur faut --wifi / without Ethernet, they need --wifi: {', '.join(deaf)}"
        )
    key = _public_key(ssh_key)
    for one in wanted:
        _write(out / one.id, files(one, site, key, network))
        click.echo(f"{out / one.id}  {one.model}")
    if broker is not None:
        _write(out / broker, broker_files(broker, site, key, clock))
        click.echo(f"{out / broker}  {'Raspberry Pi 5' if clock == 'pi5' else 'Raspberry Pi 4 B'}")
    if every:
        book.write_labels(wanted, site, IMAGE, out / LABELS)
        click.echo(out / LABELS)
    click.echo(f"image : {IMAGE}")


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        path = folder / name
        path.touch(mode=0o600)  # the network's password may be in it
        path.write_text(text, encoding="utf-8")


def _machine_name(name: str | None, site: compiled.Site, *, every: bool) -> None:
    """Refuse a name that the broker's machine cannot have."""
    if name is None:
        return
    if not every:
        raise click.UsageError("--broker va avec --all / goes with --all")
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}", name) or name in {one.id for one in site.nodes}:
        raise click.UsageError(
            f"--broker {name} : des minuscules, et pas le nom d'un nœud / lower case, and not a node's name"
        )


def _network(name: str | None, password: str | None) -> Wifi | None:
    if name is None:
        return None
    if len(password or "") not in WPA2_LENGTHS:
        raise click.UsageError(
            "un mot de passe wifi a 8 à 63 signes / a Wi-Fi password has 8 to 63 characters"
        )
    return Wifi(name, password or "")


def _public_key(path: Path) -> str:
    """The one line of a public key; a private one must never leave its machine."""
    text = path.read_text(encoding="utf-8", errors="replace").strip()
    if "PRIVATE KEY" in text:
        raise click.UsageError(
            f"{path} est une clé PRIVÉE : donner le fichier .pub / is a PRIVATE key: give the .pub"
        )
    if "\n" in text or not text.startswith(("ssh-", "ecdsa-", "sk-")):
        raise click.UsageError(f"{path} n'est pas une clé publique ssh / is no public ssh key")
    return text

"""The one command-line program: each subcommand is a short file, imported only when it is called.

A node on a small Raspberry Pi never imports Flask or pydantic, and a hall never imports gpiozero.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import NamedTuple

import click

import preaccueil


class Entry(NamedTuple):
    """A subcommand: the module under ``preaccueil.commands`` that has ``command``, and what it is for."""

    module: str
    summary: str


COMMANDS: dict[str, Entry] = {
    "run": Entry("run", "Play a day in the virtual tent: everything on this machine, nothing to wire."),
    "rehearse": Entry("rehearse", "Rehearse with the agents: virtual visitors, in no figure."),
    "chaos": Entry("chaos", "Kill and cut everything under load: is anything pressed lost or doubled?"),
    "whatif": Entry("whatif", "Play days with other desks, hours or layout: what would change for visitors?"),
    "check": Entry("check", "Check a site description: every error at once, with file, line and field."),
    "compile": Entry("compile", "Compile a site description to the one file that processes read."),
    "wiring": Entry("wiring", "Draw what to wire, list what to buy, print labels: SVG and one PDF."),
    "signaletique": Entry("signaletique", "Write the signs: each zone, the way inside, the experiment."),
    "card": Entry("card", "Write what goes onto a fresh SD card, so that its Pi is ready for Ansible."),
    "schema": Entry("schema", "Write the JSON Schemas with which editors complete and check."),
    "api": Entry("api", "Write the AsyncAPI and OpenAPI descriptions of both interfaces."),
    "faults": Entry("faults", "Write the catalogue of faults: codes, causes, remedies."),
    "dictionary": Entry("dictionary", "Write the data dictionary of the open data."),
    "devices": Entry("devices", "Write the guide to the devices: what people do, wiring, what they say."),
    "node": Entry("node", "Run one Raspberry Pi: its buttons, sensors, printer and displays."),
    "node test": Entry(
        "node_test", "Walk a technician through every device of a node, then print the results."
    ),
    "mosquitto": Entry("mosquitto", "Write mosquitto's configuration and access list for a site's broker."),
    "hall": Entry("hall", "Run the reception hall: recorder, queue, store."),
    "ledger": Entry("ledger", "Compare what was recorded, received and stored, by node and day."),
    "bilan": Entry("bilan", "Write the report of a period: one page of summary, charts, all figures as CSV."),
    "affiche": Entry("affiche", "Write the month's poster: waits, votes, what was changed because of them."),
    "promise evaluate": Entry(
        "promise_evaluate", "Judge the promised waits on past visits, beside simple rivals."
    ),
    "alerts": Entry("alerts", "Write Prometheus' alerting rules, from the catalogue of faults."),
    "backup": Entry("backup", "Copy journal, accounts and console's outbox while everything runs."),
    "restore": Entry("restore", "Put a backup back, or look whether it is whole."),
    "account": Entry("account", "Say who may sign in to the consoles, and on which machines."),
    "city engine": Entry("city_engine", "Write a server's configuration and users for the city's engine."),
    "city recorder": Entry("city_recorder", "Run a city recorder: journal what sites send, with receipts."),
    "city chaos": Entry("city_chaos", "Kill and cut a whole city under load: are all ledgers equal?"),
    "dashboard": Entry("dashboard", "Serve the pages: live plan, calls, barometer, consoles, history."),
    "city run": Entry("city_run", "Play a day in several tents at once, and see them together."),
    "city feed": Entry("city_feed", "Copy each site's journal from the city's, and store its measures."),
    "city dashboard": Entry("city_dashboard", "Serve the pages of a city: its sites side by side."),
    "city ledger": Entry("city_ledger", "Compare what each site counts, what the city copied and stored."),
}
"""Help lists these without importing any of them."""


class Commands(click.Group):
    """A group that imports a subcommand's module when it is called, and not before.

    A name of two words is a command of its own beside that of its first word, whose arguments stay its own.
    """

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name, and what is left for it; two words before one."""
        two = " ".join(args[:2])
        return super().resolve_command(ctx, [two, *args[2:]] if two in COMMANDS else args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  the same
        """The command of that name; None when there is none."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"preaccueil.commands.{COMMANDS[cmd_name].module}")
        command = module.command
        if not isinstance(command, click.Command):
            raise TypeError(f"preaccueil.commands.{COMMANDS[cmd_name].module}.command is no click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  the same
        """List the table instead of asking every module."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(preaccueil.__version__, "-V", "--version", prog_name="preaccueil")
def main() -> None:
    """The network of a pre-reception space: kiosks, desks, displays, queue, barometer and dashboard.

    `preaccueil COMMAND --help` says more about each command.
    """


if __name__ == "__main__":
    sys.exit(main())

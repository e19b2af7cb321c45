"""Options of commands that ask a site's store about days."""

from __future__ import annotations

import re
from datetime import date

import click


class Day(click.ParamType[date]):
    """A local day as 2027-06-30."""

    name = "date"

    def convert(
        self, value: str | date, param: click.Parameter | None, context: click.Context | None
    ) -> date:
        """The day, or what is wrong with it."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError as problem:
            self.fail(
                f"« {value} » n’est pas une date comme 2027-06-30 / is no date ({problem})", param, context
            )


class Month(click.ParamType[date]):
    """A month as 2027-06; its first day."""

    name = "month"

    def convert(
        self, value: str | date, param: click.Parameter | None, context: click.Context | None
    ) -> date:
        """The month's first day, or what is wrong with it."""
        if isinstance(value, date):
            return value
        found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", value)
        if found is None:
            self.fail(f"« {value} » n’est pas un mois comme 2027-06 / is no month", param, context)
        return date(int(found[1]), int(found[2]), 1)

"""What the hall raises. A raised event changes nothing and is quarantined by the server with this text.

HallError
└── UnknownSubjectError (KeyError)
"""

from __future__ import annotations


class HallError(Exception):
    """Base of what the hall raises."""


class UnknownSubjectError(HallError, KeyError):
    """An event names something that the site description does not have.

    Args:
        kind: what it should be (service, seat, room, question…).
        name: what the event said.
        where: the node and device that sent it.
    """

    def __init__(self, kind: str, name: str, where: str) -> None:
        super().__init__(kind, name, where)
        self.kind = kind
        self.name = name
        self.where = where

    def __str__(self) -> str:
        return (
            f"{self.where} names the {self.kind} {self.name!r}, which this site does not have: "
            "deploy the same site description to that node and to the hall"
        )

"""What goes wrong on a node, as a tree.

NodeError
├── HardwareError (also an OSError): a pin, bus or library that cannot be used on this machine
├── NoFontError (also a LookupError): a picture's letters are missing on this machine
├── StartError (also a ValueError): a node cannot be started as it was asked to
└── WiringError (also a ValueError): what a description wires cannot work
"""

from __future__ import annotations


class NodeError(Exception):
    """Base of what the nodes raise."""


class HardwareError(NodeError, OSError):
    """A pin, a bus or its library cannot be used: says which, and what to do."""


class NoFontError(NodeError, LookupError):
    """No font with the letters of a language is installed; the text names the package that has one."""


class StartError(NodeError, ValueError):
    """A node cannot be started as asked: says what was wrong and what is possible."""


class WiringError(NodeError, ValueError):
    """Wired as described, something would not work or burn: every problem, one a line."""

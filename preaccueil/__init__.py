"""The door: the command-line program, one short file a command."""

__version__ = "0.1.0"

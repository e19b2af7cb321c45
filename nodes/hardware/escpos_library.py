"""python-escpos, loaded late and with the one printer profile that is used here.

At its import it reads a database of 35 printers as YAML, of which every ticket needs one profile and two code
pages: 3 MB and a quarter of a second on this machine, some seconds on a Zero. It takes another file by an
environment variable of its own; ``capabilities.json`` is that file.
"""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any, Final

DATABASE: Final = Path(__file__).with_name("capabilities.json")


def printers() -> Any:
    """The module ``escpos.printer``."""
    os.environ.setdefault("ESCPOS_CAPABILITIES_FILE", str(DATABASE))
    return import_module("escpos.printer")

"""The small database of printers gives the very bytes that the library's own gives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import escpos

OWN = Path(escpos.__file__).with_name("capabilities.json")
PRINT = """
import sys
from nodes.hardware.escpos_writer import job
from nodes.sheet import Code, Line, Picture, Rule
sheet = [
    Line("E042", size=8, bold=True, align="center"), Rule(), Line("É è ç à ê ù ï € ° « » œ", align="left"),
    Picture(16, bytes(range(64))), Code("https://tent.example/t/abc"),
]
sys.stdout.buffer.write(job(sheet, 48))
"""


def printed(**environment):
    ran = subprocess.run(
        [sys.executable, "-c", PRINT], check=True, capture_output=True, env={**os.environ, **environment}
    )
    return ran.stdout


def test_a_ticket_is_the_same_byte_for_byte():
    assert OWN.exists()
    small = printed()
    assert small == printed(ESCPOS_CAPABILITIES_FILE=str(OWN))
    assert "É".encode("cp858") in small

"""What a screen's script imports, so that its page can ask for all of it at once."""

from __future__ import annotations

import posixpath
import re
from functools import cache
from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).parent / "static"
_IMPORTED: Final = re.compile(r'^import\s[^;]*?"(\.[^"]+)";', re.MULTILINE)


@cache
def modules_of(script: str) -> tuple[str, ...]:
    """Every module that a script needs, itself not included, nearest first; paths below ``static``.

    A browser only learns of an import once it has read the script before it, one round trip after the other.
    """
    found: dict[str, None] = {}
    scripts = [script]
    for one in scripts:
        content = (STATIC / one).read_text(encoding="utf-8")
        for imported in _IMPORTED.findall(content):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(one), imported))
            if path not in found and path != script:
                found[path] = None
                scripts.append(path)
    return tuple(found)

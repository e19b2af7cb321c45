"""The site description: a folder with ``site.toml`` and ``nodes/<node>.toml``, read, checked and compiled."""

from __future__ import annotations

import tomllib
from pathlib import Path

from broker.contract import compiled
from broker.contract.site_compile import compile_site
from broker.contract.site_model import NodeFile, SiteFile


def load(folder: Path) -> compiled.Site:
    """Read, check and compile the site described in ``folder``."""
    site = SiteFile.model_validate(tomllib.loads((folder / "site.toml").read_text(encoding="utf-8")))
    nodes = [
        NodeFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted((folder / "nodes").glob("*.toml"))
    ]
    return compile_site(site, nodes)

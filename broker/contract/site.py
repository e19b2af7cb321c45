"""The site description: a folder with ``site.toml`` and ``nodes/<node>.toml``, read, checked and compiled.

The story of the files beside this one: ``site_model`` says what an author may write, ``site_toml``
reads with lines, ``site_fields`` finds what is wrong field by field, ``site_names``, ``site_numbers``,
``site_buildings``, ``site_bus``, ``site_printers``, ``site_sensors``, ``site_questions`` and
``site_plan`` what only the whole tells,
``site_compile`` makes what processes read.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from broker.contract import (
    compiled,
    site_buildings,
    site_bus,
    site_names,
    site_numbers,
    site_plan,
    site_printers,
    site_questions,
    site_sensors,
    site_toml,
)
from broker.contract.compiled import Text
from broker.contract.site_compile import compile_site
from broker.contract.site_description import Description
from broker.contract.site_fields import validate
from broker.contract.site_model import NodeFile, SiteFile
from broker.contract.site_problems import Item, Language, Problem, SiteError
from broker.contract.site_toml import Source

__all__ = ["Language", "Problem", "SiteError", "load"]

_Model = TypeVar("_Model", bound=BaseModel)
_OF_NODES = (site_numbers.check, site_bus.check, site_printers.check, site_sensors.check)
_CHECKS = (site_names.check, site_buildings.check, *_OF_NODES, site_questions.check, site_plan.check)


def load(folder: Path) -> compiled.Site:
    """Read, check and compile the site described in ``folder``.

    Raises:
        SiteError: with every problem of all its files, in the order of files and lines.
    """
    problems: list[Problem] = []
    site, site_source = _file(SiteFile, folder / "site.toml", problems)
    paths = sorted((folder / "nodes").glob("*.toml"))
    files = [_file(NodeFile, path, problems) for path in paths]
    if not paths and folder.is_dir():
        problems.append(
            _problem(
                folder / "nodes",
                1,
                "aucun nœud : un fichier nodes/<id>.toml par Raspberry Pi",
                "no node: one file nodes/<id>.toml for each Raspberry Pi",
            )
        )
    description = Description(
        Item(site_source or Source(folder / "site.toml", {}, {})),
        [Item(source) for _, source in files if source is not None],
        frozenset(path.stem for path, (_, source) in zip(paths, files, strict=True) if source is None),
    )
    # Without site.toml every name that nodes refer to would be called unknown.
    checks = _CHECKS if site_source is not None else _OF_NODES
    problems += [problem for check in checks for problem in check(description)]
    if site is None or problems:
        raise SiteError(problems)
    return compile_site(site, [node for node, _ in files if node is not None])


def _file(model: type[_Model], path: Path, problems: list[Problem]) -> tuple[_Model | None, Source | None]:
    try:
        source = site_toml.read(path)
    except OSError as error:
        reason = error.strerror or str(error)
        problems.append(_problem(path, 1, f"fichier illisible : {reason}", f"file cannot be read: {reason}"))
        return None, None
    except site_toml.TomlError as error:
        problems.append(
            _problem(path, error.line, f"ce n'est pas du TOML : {error.reason}", f"not TOML: {error.reason}")
        )
        return None, None
    value, found = validate(model, source)
    problems += found
    return value, source


def _problem(path: Path, line: int, fr: str, en: str) -> Problem:
    return Problem(path=path, line=line, field="", message=Text(fr=fr, en=en))

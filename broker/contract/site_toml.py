"""TOML with the line of every value, so that an error can say where it stands.

The standard library's ``tomllib`` decides what a file says; it keeps no positions. Lines come from
tree-sitter's TOML grammar, which gives a place to every key and array element of the same text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import tree_sitter
import tree_sitter_toml

Steps: TypeAlias = tuple[str | int, ...]
"""The way to a value: keys, and indexes counted from 0."""

_LANGUAGE = tree_sitter.Language(tree_sitter_toml.language())
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")


class TomlError(ValueError):
    """A file that is no TOML. ``line`` counts from 1."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass(frozen=True)
class Source:
    """A file that was read: its values, and the line of each."""

    path: Path
    data: dict[str, Any]
    lines: dict[Steps, int] = field(repr=False)

    def line(self, steps: Steps) -> int:
        """The line of that value, or of the nearest table around it when the file does not have it."""
        while steps and steps not in self.lines:
            steps = steps[:-1]
        return self.lines.get(steps, 1)


def read(path: Path) -> Source:
    """Read a TOML file.

    Raises:
        OSError: the file cannot be read.
        TomlError: the file is not UTF-8, or no TOML.
    """
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8")
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise TomlError(str(error), raw.count(b"\n", 0, error.start) + 1) from error
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
        place = _AT_LINE.search(reason)
        line = int(place[1]) if place else text.count("\n") + 1
        raise TomlError(reason[: place.start()] if place else reason, line) from error
    return Source(path, data, dict(_lines(raw)))


def _lines(raw: bytes) -> Iterator[tuple[Steps, int]]:
    """Each value's steps and line, in the order of the file."""
    counts: dict[Steps, int] = {}
    for node in tree_sitter.Parser(_LANGUAGE).parse(raw).root_node.named_children:
        match node.type:
            case "pair":
                yield from _pair((), node)
            case "table" | "table_array_element":
                steps = _header(node, counts)
                if steps[-1] == 0:
                    yield steps[:-1], _line(node)  # the list itself begins with its first element
                yield steps, _line(node)
                for pair in node.named_children[1:]:
                    if pair.type == "pair":
                        yield from _pair(steps, pair)


def _header(node: tree_sitter.Node, counts: dict[Steps, int]) -> Steps:
    """The steps that a ``[table]`` or ``[[table]]`` header opens; an array's key means its last element."""
    keys = _keys(node.named_children[0])
    steps: Steps = ()
    for key in keys[:-1]:
        steps = (*steps, key)
        if steps in counts:
            steps = (*steps, counts[steps] - 1)
    steps = (*steps, keys[-1])
    if node.type == "table_array_element":
        counts[steps] = counts.get(steps, 0) + 1
        steps = (*steps, counts[steps] - 1)
    return steps


def _pair(steps: Steps, node: tree_sitter.Node) -> Iterator[tuple[Steps, int]]:
    key, value = (child for child in node.named_children[:2])
    steps = (*steps, *_keys(key))
    yield steps, _line(key)
    yield from _inside(steps, value)


def _inside(steps: Steps, value: tree_sitter.Node) -> Iterator[tuple[Steps, int]]:
    """What an array or an inline table holds."""
    children = [child for child in value.named_children if child.type != "comment"]
    match value.type:
        case "array":
            for index, element in enumerate(children):
                yield (*steps, index), _line(element)
                yield from _inside((*steps, index), element)
        case "inline_table":
            for pair in children:
                yield from _pair(steps, pair)


def _keys(node: tree_sitter.Node) -> tuple[str, ...]:
    """A key's parts, unquoted by the parser that knows how."""
    tree: Any = tomllib.loads(f"{(node.text or b'').decode('utf-8')} = 0")
    keys: list[str] = []
    while isinstance(tree, dict):
        ((key, tree),) = tree.items()
        keys.append(key)
    return tuple(keys)


def _line(node: tree_sitter.Node) -> int:
    return int(node.start_point.row) + 1

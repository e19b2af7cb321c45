from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.contract import site_toml
from broker.contract.site_toml import Steps, TomlError

ROOT = Path(__file__).parents[3]

TRICKY = """\
# a comment with [brackets] and "quotes"
plain = 1
dotted.key.here = 2
"quoted key"."with.dot" = 3
'literal' = 4
inline = { x = 1, y = { z = 2 } }
many = [
  1, # a comment, with a comma
  "a # no comment, [no] list",
  { name = "three", of = [10,
    20] },
]
text = \"\"\"
[not.a.table]
no = "key"
\"\"\"
[table."with.dot"]
in_table = true
[[rows]]
id = "first"
[[rows.cells]]
id = "one"
[[rows.cells]]
id = "two"
[rows.place]
door = "4"
[[rows]]
id = "second"
[[rows.cells]]
id = "three"
"""


def every(value: Any, steps: Steps = ()) -> Iterator[Steps]:
    """The steps to every value in a tree."""
    if steps:
        yield steps
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in inside:
        yield from every(child, (*steps, step))


def written(tmp_path: Path, text: str) -> site_toml.Source:
    path = tmp_path / "file.toml"
    path.write_text(text, encoding="utf-8")
    return site_toml.read(path)


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        (("plain",), 2),
        (("dotted", "key", "here"), 3),
        (("quoted key", "with.dot"), 4),
        (("literal",), 5),
        (("inline", "y", "z"), 6),
        (("many", 0), 8),
        (("many", 1), 9),
        (("many", 2, "of", 1), 11),
        (("text",), 13),
        (("table", "with.dot", "in_table"), 18),
        (("rows", 0), 19),
        (("rows", 0, "cells", 1, "id"), 24),
        (("rows", 0, "place", "door"), 26),
        (("rows", 1, "cells", 0, "id"), 30),
    ],
)
def test_a_value_knows_its_line(tmp_path: Path, steps: Steps, line: int) -> None:
    assert written(tmp_path, TRICKY).line(steps) == line


def test_a_value_that_is_missing_has_the_line_of_its_table(tmp_path: Path) -> None:
    assert written(tmp_path, TRICKY).line(("rows", 1, "cells", 0, "colour")) == 29


@pytest.mark.parametrize(
    "path", sorted((ROOT / "firmware_configs").rglob("*.toml")), ids=lambda path: path.stem
)
def test_every_key_of_the_barnum_stands_on_the_line_that_is_told(path: Path) -> None:
    source = site_toml.read(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert source.data == tomllib.loads(path.read_text(encoding="utf-8"))
    for steps in every(source.data):
        if isinstance(steps[-1], str):
            assert steps[-1] in lines[source.line(steps) - 1]


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)
values = st.recursive(
    st.integers() | st.booleans() | words, lambda inner: st.lists(inner, max_size=3), max_leaves=5
)


@given(rows=st.lists(st.dictionaries(words, values, max_size=4), max_size=4))
def test_whatever_is_written_every_key_of_a_row_has_its_line(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    expected: dict[Steps, int] = {}
    text = ""
    for index, row in enumerate(rows):
        expected["rows", index] = text.count("\n") + 1
        text += "[[rows]]\n"
        for key, value in row.items():
            expected["rows", index, key] = text.count("\n") + 1
            text += f"{quoted(key)} = {toml(value)}\n"
    source = written(tmp_path_factory.mktemp("rows"), text)
    assert source.data == ({"rows": rows} if rows else {})
    assert {steps: source.line(steps) for steps in expected} == expected


def toml(value: Any) -> str:
    """A value as TOML, a list over several lines."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[\n" + "".join(f"  {toml(element)}, # [x]\n" for element in value) + "]"
    return quoted(value) if isinstance(value, str) else str(value)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.mark.parametrize(
    ("text", "line"), [("a = 1\nb = \n", 2), ("a = 1\na = 2\n", 2), ('a = "open', 1), ("[a]\n[a]\n", 2)]
)
def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(TomlError) as raised:
        written(tmp_path, text)
    assert raised.value.line == line
    assert "line" not in raised.value.reason

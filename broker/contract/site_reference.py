"""The reference of every field that an author may write, as Markdown made from the models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from broker.contract.site_fields import PATTERNS
from broker.contract.site_schema import schema

BEGIN = "<!-- fields: written by `preaccueil schema --reference`, do not edit -->\n"
END = "<!-- /fields -->\n"

_KINDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


def reference() -> str:
    """The tables of ``site.toml`` and of ``nodes/<node>.toml``, each with the tables inside it."""
    parts: list[str] = []
    told: set[str] = set()
    for name, file in (("site.schema.json", "site.toml"), ("node.schema.json", "nodes/<node>.toml")):
        whole = schema(name)
        definitions = whole.get("$defs", {})
        parts += [f"## `{file}`", _table(whole)]
        for title in _inside(whole, definitions):
            if title not in told:
                told.add(title)
                parts += [f"### {title}", definitions[title]["description"], _table(definitions[title])]
    return "\n\n".join(parts) + "\n"


def put_into(document: str) -> str:
    """The document with the reference renewed between its marks. Raises ValueError when they are missing."""
    if BEGIN not in document or END not in document:
        raise ValueError(f"the document has no lines {BEGIN.strip()!r} and {END.strip()!r}")
    head, rest = document.split(BEGIN, 1)
    _, tail = rest.split(END, 1)
    return head + BEGIN + "\n" + reference() + "\n" + END + tail


def _inside(table: dict[str, Any], definitions: dict[str, Any]) -> Iterator[str]:
    """The names of the tables that a table's fields hold, each followed by those inside it."""
    for field in table["properties"].values():
        for title in _references(field):
            yield title
            yield from _inside(definitions[title], definitions)


def _references(field: dict[str, Any]) -> list[str]:
    if "$ref" in field:
        return [field["$ref"].rsplit("/", 1)[1]]
    choices = field.get("anyOf", field.get("oneOf", [field["items"]] if "items" in field else []))
    return [title for choice in choices for title in _references(choice)]


def _table(table: dict[str, Any]) -> str:
    lines = ["| field | takes | without it | what it is |", "|---|---|---|---|"]
    required = set(table.get("required", []))
    for name, field in table["properties"].items():
        without = "an error" if name in required else _default(field.get("default"))
        meaning = field.get("description", "").replace("``", "`")
        lines.append(f"| `{name}` | {_takes(field)} | {without} | {meaning} |")
    return "\n".join(lines)


def _default(value: object) -> str:
    match value:
        case None | [] | "":
            return "none"
        case bool():
            return f"`{str(value).lower()}`"
        case {} if not value:
            return "none"
        case dict():
            return "the defaults"
        case _:
            return f"`{value}`"


def _takes(field: dict[str, Any]) -> str:
    """What a field may be, in words."""
    if references := _references({key: field[key] for key in ("$ref", "oneOf") if key in field}):
        return "one of " + ", ".join(references) if len(references) > 1 else references[0]
    if "anyOf" in field:
        return _takes(next(choice for choice in field["anyOf"] if choice.get("type") != "null"))
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if field["type"] == "array":
        return f"list{_limits(field.get('minItems'), field.get('maxItems'))}: {_takes(field['items'])}"
    if field.get("pattern") in PATTERNS:
        return PATTERNS[field["pattern"]].en
    if field["type"] == "object":
        values = field.get("additionalProperties") or next(iter(field["patternProperties"].values()))
        return f"{_takes(values)} by language code"
    low, high = field.get("minimum"), field.get("maximum")
    if (above := field.get("exclusiveMinimum")) is not None:
        return f"{_KINDS[field['type']]} above {above}" + (f", up to {high}" if high is not None else "")
    return _KINDS[field["type"]] + _limits(low, high)


def _limits(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f", {low} to {high}"
    if low is not None:
        return f", {low} at least"
    return f", {high} at most" if high is not None else ""

"""Field by field: what pydantic finds wrong in one file, told so that its author can put it right."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from broker.contract.compiled import Text
from broker.contract.site_problems import Item, Problem, hexadecimal, listed, nearest, shown
from broker.contract.site_toml import Source, Steps
from broker.contract.topics import LEVEL

Model = TypeVar("Model", bound=BaseModel)

PATTERNS: dict[str, Text] = {
    f"^{LEVEL.pattern}$": Text(
        fr="minuscules sans accent, chiffres et tirets, 32 au plus",
        en="lower-case letters a to z, digits and hyphens, 32 at most",
    ),
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": Text(
        fr='une heure "HH:MM", comme "08:30"', en='a time "HH:MM", such as "08:30"'
    ),
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": Text(
        fr='une date "AAAA-MM-JJ", comme "2027-06-21"', en='a date "YYYY-MM-DD", such as "2027-06-21"'
    ),
    "^[0-9]{4}-W[0-9]{2}$": Text(
        fr='une semaine ISO, comme "2027-W25"', en='an ISO week, such as "2027-W25"'
    ),
    "^[A-Z]$": Text(fr="une lettre majuscule, de A à Z", en="one capital letter, A to Z"),
    "^[a-z]{2}$": Text(fr='un code de langue, comme "ar"', en='a language code, such as "ar"'),
    "^(|https?://[^ ?#]+/)$": Text(
        fr='une adresse qui finit par « / », comme "http://10.19.0.1/t/"',
        en='an address that ends in a slash, such as "http://10.19.0.1/t/"',
    ),
    "^(auto|[0-9a-f]{4}:[0-9a-f]{4})$": Text(
        fr='"auto", ou ce que montre `lsusb`, comme "04b8:0e15"',
        en='"auto", or what `lsusb` shows, such as "04b8:0e15"',
    ),
    "^/dev/[A-Za-z0-9/_.:-]+$": Text(
        fr='un chemin sous /dev, comme "/dev/ttyUSB0"', en='a path below /dev, such as "/dev/ttyUSB0"'
    ),
}
"""What the patterns of ``site_model`` ask for, in words."""

_KINDS: dict[str, Text] = {
    "string_type": Text(fr='un texte entre guillemets, "…"', en='a text in quotes, "…"'),
    "int_type": Text(fr="un nombre entier, sans guillemets", en="a whole number, without quotes"),
    "int_from_float": Text(fr="un nombre entier", en="a whole number"),
    "float_type": Text(fr="un nombre, sans guillemets", en="a number, without quotes"),
    "bool_type": Text(fr="true ou false", en="true or false"),
    "list_type": Text(fr="une liste, [ … ]", en="a list, [ … ]"),
    "model_type": Text(fr="une table, { … }", en="a table, { … }"),
    "model_attributes_type": Text(fr="une table, { … }", en="a table, { … }"),
}


class _Said(NamedTuple):
    """What a message says of one error; ``names`` are searched for what was meant."""

    message: Text
    allowed: Text | None = None
    names: Sequence[str] = ()


def validate(model: type[Model], source: Source) -> tuple[Model | None, list[Problem]]:
    """The file as its model, and everything that is wrong with it field by field."""
    try:
        return model.model_validate(source.data), []
    except ValidationError as error:
        schema = model.model_json_schema()
        return None, [_problem(source, schema, details) for details in error.errors(include_url=False)]


def _problem(source: Source, schema: dict[str, Any], details: ErrorDetails) -> Problem:
    item = Item(source, _steps(source, details["loc"]))
    if details["type"].startswith("union_tag"):
        item = item["type"]
    said = _say(details, schema)
    # An unknown field is wrong by its name, whatever it says.
    wrong = item.steps[-1] if details["type"] == "extra_forbidden" else item.value
    found = shown(wrong) if details["type"] == "extra_forbidden" else item.shown
    problem = item.problem(said.message.fr, said.message.en, allowed=said.allowed)
    return replace(problem, found=found, suggestion=nearest(wrong, said.names))


def _say(details: ErrorDetails, schema: dict[str, Any]) -> _Said:
    context = details.get("ctx", {})
    match details["type"]:
        case "missing":
            return _Said(Text(fr="champ manquant", en="missing field"))
        case "extra_forbidden":
            names = sorted(_table(schema, details["loc"][:-1]).get("properties", {}))
            return _Said(Text(fr="champ inconnu", en="unknown field"), listed(names), names)
        case "literal_error":
            names = re.findall(r"'([^']*)'", context["expected"])
            allowed = listed(names) if names else _either(context["expected"])
            return _Said(Text(fr="valeur inconnue", en="unknown value"), allowed, names)
        case "union_tag_invalid":
            names = re.findall(r"'([^']*)'", context["expected_tags"])
            return _Said(
                Text(fr="type d'appareil inconnu", en="unknown type of device"), listed(names), names
            )
        case "union_tag_not_found":
            names = list(_table(schema, details["loc"])["discriminator"]["mapping"])
            return _Said(
                Text(fr="appareil sans champ `type`", en="device without a field `type`"), listed(names)
            )
        case "string_pattern_mismatch":
            pattern = context["pattern"]
            return _Said(
                Text(fr="valeur mal formée", en="malformed value"),
                PATTERNS[pattern],
                _tidied(details["input"], pattern),
            )
        case kind if kind in _KINDS:
            return _Said(Text(fr="valeur d'un autre genre", en="value of another kind"), _KINDS[kind])
        case _:
            return _Said(
                Text(fr="valeur hors limites", en="value out of range"),
                _limit(details, context, _table(schema, details["loc"])),
            )


def _limit(details: ErrorDetails, context: dict[str, Any], field: dict[str, Any]) -> Text:
    """Limits of numbers and lengths: both of a field's where it has both, else the one that was broken."""
    if "minimum" in field and "maximum" in field:
        low, high = field["minimum"], field["maximum"]
        if details["loc"][-1] == "address":
            low, high = hexadecimal(low), hexadecimal(high)
        return Text(fr=f"de {low} à {high}", en=f"{low} to {high}")
    match details["type"]:
        case "greater_than_equal":
            return Text(fr=f"{context['ge']} au moins", en=f"{context['ge']} at least")
        case "greater_than":
            return Text(fr=f"plus que {context['gt']}", en=f"more than {context['gt']}")
        case "less_than_equal":
            return Text(fr=f"{context['le']} au plus", en=f"{context['le']} at most")
        case "too_short" | "string_too_short":
            return Text(fr=f"{context['min_length']} au moins", en=f"{context['min_length']} at least")
        case "too_long" | "string_too_long":
            return Text(fr=f"{context['max_length']} au plus", en=f"{context['max_length']} at most")
        case _:
            return Text(fr=details["msg"], en=details["msg"])


def _either(expected: str) -> Text:
    """Pydantic's "0 or 1" in both languages."""
    return Text(fr=expected.replace(" or ", " ou "), en=expected)


def _tidied(value: object, pattern: str) -> list[str]:
    """What a malformed id, time or letter was perhaps meant to be."""
    if not isinstance(value, str):
        return []
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode().strip()
    time = re.fullmatch(r"(\d{1,2})\s*[hH.:]?\s*(\d{2})?", plain)
    candidates = [
        re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-"),
        f"{int(time[1]):02}:{time[2] or '00'}" if time else "",
        plain[:1].upper(),
    ]
    return [candidate for candidate in candidates if re.fullmatch(pattern, candidate)]


def _steps(source: Source, location: tuple[int | str, ...]) -> Steps:
    """Pydantic's location without the tag that it names after a device."""
    steps: list[int | str] = []
    value: Any = source.data
    for part in location:
        if isinstance(value, dict) and value.get("type") == part and part not in value:
            continue
        steps.append(part)
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            value = None
    return tuple(steps)


def _table(schema: dict[str, Any], location: tuple[int | str, ...]) -> dict[str, Any]:
    """The JSON Schema of the table at pydantic's location."""
    here = schema
    for part in location:
        here = _resolved(schema, here)
        if isinstance(part, int):
            here = here["items"]
        elif "discriminator" in here:
            here = {"$ref": here["discriminator"]["mapping"][part]}
        else:
            here = here["properties"][part]
    return _resolved(schema, here)


def _resolved(schema: dict[str, Any], here: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference, and take the table of a field that may be left out."""
    if "anyOf" in here:
        here = next(choice for choice in here["anyOf"] if choice.get("type") != "null")
    if "$ref" in here:
        here = schema["$defs"][here["$ref"].rsplit("/", 1)[1]]
    return here

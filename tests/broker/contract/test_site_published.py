"""What is published of the models is what they are: schemas, reference, first lines."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from broker.contract.site_model import NodeFile, SiteFile
from broker.contract.site_reference import put_into, reference
from broker.contract.site_schema import SCHEMAS, schema

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "firmware_configs" / "schema"


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_published_schema_is_current(name: str) -> None:
    published = json.loads((PUBLISHED / name).read_text(encoding="utf-8"))
    assert published == schema(name), "run: preaccueil schema"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "firmware_configs" / "sites").rglob("*.toml")), ids=lambda path: path.stem
)
def test_a_file_names_its_schema_in_its_first_line(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("#:schema ")
    named = (path.parent / first.removeprefix("#:schema ")).resolve()
    assert named == PUBLISHED / ("node.schema.json" if path.parent.name == "nodes" else "site.schema.json")


def test_every_field_that_an_author_may_write_is_documented(docs: dict[str, str]) -> None:
    sections = re.split(r"^##+ ", docs["site-description.md"], flags=re.MULTILINE)
    for whole in (SiteFile.model_json_schema(), NodeFile.model_json_schema()):
        for title, table in whole["$defs"].items():
            (section,) = (text for text in sections if text.startswith(f"{title}\n"))
            for name in table["properties"]:
                assert re.search(rf"^\| `{name}` \|.*\| [^|]+ \|$", section, re.MULTILINE), f"{title}.{name}"


def test_the_reference_of_fields_is_current(docs: dict[str, str]) -> None:
    assert reference() in docs["site-description.md"], (
        "run: preaccueil schema --reference docs/site-description.md"
    )


def test_a_document_without_marks_is_not_overwritten() -> None:
    with pytest.raises(ValueError, match="has no lines"):
        put_into("# A document\n")

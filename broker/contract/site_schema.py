"""The published JSON Schemas: with them an editor completes and checks what an author writes.

Each TOML file names its schema in its first line (``#:schema …``), which Even Better TOML, Tombi
and Taplo read.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from broker.contract.site_model import NodeFile, SiteFile

SCHEMAS: dict[str, type[BaseModel]] = {"site.schema.json": SiteFile, "node.schema.json": NodeFile}
"""The published files' names, and what they describe."""


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) published under that name. Raises KeyError for any other."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **SCHEMAS[name].model_json_schema()}

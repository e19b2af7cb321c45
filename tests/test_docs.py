"""What the documents promise to name, they name."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from preaccueil.__main__ import COMMANDS
from preaccueil.commands import api

ROOT = Path(__file__).parent.parent


def test_every_dependency_stands_in_its_document_with_a_reason(docs):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        wanted += extra
    names = {re.split(r"[\[<>=;, ]", requirement)[0] for requirement in wanted} - {"preaccueil"}
    missing = {name for name in names if name.lower() not in docs["dependencies.md"].lower()}
    assert missing == set()


def test_every_vendored_asset_stands_with_its_licence(docs):
    for folder in (ROOT / "dashboard" / "static" / "vendor").iterdir():
        if folder.is_dir():
            assert (folder / "LICENSE").exists()
            assert folder.name.replace("-", " ") in docs["dependencies.md"].lower().replace("-", " ")


def test_no_lock_file_names_a_download_address():
    for path in (ROOT / "requirements").iterdir():
        assert "://" not in path.read_text(encoding="utf-8")


def test_every_option_of_make_run_is_explained_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for option in ("SPEED", "HISTORY", "STORE", "SITE", "PORT", "FOR"):
        assert f"{option} ?=" in makefile
        assert f"`{option}`" in readme


def test_every_command_has_a_help_line():
    for name, entry in COMMANDS.items():
        assert entry.summary.endswith((".", "?")), name


@pytest.mark.parametrize("name", ["asyncapi.json", "openapi.json"])
def test_the_published_interfaces_are_those_of_the_code(name):
    published = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert published == api.documents(ROOT / api.SITE)[name], "run: preaccueil api"

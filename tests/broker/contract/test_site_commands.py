"""The command line's words about a site: ``check``, ``compile``, ``schema``, and its lazy table."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from broker.contract import compiled
from broker.contract.site_schema import SCHEMAS
from preaccueil.__main__ import COMMANDS, main

BARNUM = Path(__file__).parents[3] / "firmware_configs" / "sites" / "barnum"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A barnum with two errors."""
    site = Path(shutil.copytree(BARNUM, tmp_path / "barnum"))
    text = (site / "site.toml").read_text(encoding="utf-8")
    (site / "site.toml").write_text(
        text.replace("Europe/Paris", "Europe/Pari").replace("people =", "poeple =")
    )
    return site


def test_checking_the_barnum_says_that_all_is_well() -> None:
    result = CliRunner().invoke(main, ["check", str(BARNUM)])
    assert result.exit_code == 0
    assert "13 nœuds" in result.output
    assert "Tout est en ordre" in result.output


def test_checking_speaks_english_when_asked() -> None:
    result = CliRunner().invoke(main, ["check", str(BARNUM), "--lang", "en"])
    assert "All is well" in result.output


def test_checking_a_broken_site_prints_every_error_and_fails(broken: Path) -> None:
    result = CliRunner().invoke(main, ["check", str(broken)])
    assert result.exit_code == 1
    assert "vouliez-vous dire Europe/Paris" in result.output
    assert "vouliez-vous dire people" in result.output
    assert result.output.strip().endswith("3 erreurs à corriger.")


def test_compiling_writes_what_processes_read(barnum: compiled.Site, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["compile", str(BARNUM), "--out", str(tmp_path / "site.json")])
    assert result.exit_code == 0
    assert compiled.read(tmp_path / "site.json") == barnum


def test_compiling_a_broken_site_writes_nothing(broken: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["compile", str(broken), "--out", str(tmp_path / "site.json")])
    assert result.exit_code == 1
    assert not (tmp_path / "site.json").exists()


def test_schemas_are_written_where_asked(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["schema", "--out", str(tmp_path)])
    assert result.exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == set(SCHEMAS)


def test_help_lists_every_command_and_imports_none() -> None:
    seen = python(
        "import sys; from preaccueil.__main__ import main\n"
        "try: main(['--help'])\n"
        "finally: print([name for name in sys.modules if name.startswith('preaccueil.commands.')])"
    )
    for name, entry in COMMANDS.items():
        assert name in seen
        assert entry.summary.split()[0] in seen
    assert seen.strip().endswith("[]")


def test_the_program_is_imported_without_pydantic_or_flask() -> None:
    assert (
        python("import sys, preaccueil.__main__; print({'pydantic', 'flask'} & set(sys.modules))").strip()
        == "set()"
    )


@pytest.mark.parametrize("name", ["check", "compile", "schema"])
def test_a_command_of_the_table_has_help(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_an_unknown_command_is_refused() -> None:
    result = CliRunner().invoke(main, ["chekc"])
    assert result.exit_code == 2
    assert "chekc" in result.output


def python(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.stdout

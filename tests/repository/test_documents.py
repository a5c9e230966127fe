"""The papers that a stranger looks for are there and mean something."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_licence_is_the_one_that_is_declared() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license"]
    text = (ROOT / "LICENSE").read_text()
    assert declared == "EUPL-1.2"
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert "All other changes or additions to this Appendix require the production of a new EUPL version." in text


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_document_is_written(name: str) -> None:
    assert len((ROOT / name).read_text()) > 800


@pytest.mark.parametrize("target", ["run", "test", "check", "bench", "soak", "clean"])
def test_makefile_has_the_target(target: str) -> None:
    lines = (ROOT / "Makefile").read_text().splitlines()
    assert any(line.startswith(f"{target}:") for line in lines)
    assert any(line.startswith(f"# make {target}") for line in lines)


@pytest.mark.parametrize("name", ["bin/environment", "bin/chromium", "bin/verifiers", "bin/clamav", ".ci/run"])
def test_script_is_executable_and_reads_no_input(name: str) -> None:
    path = ROOT / name
    assert path.stat().st_mode & 0o111
    assert path.read_text().startswith("#!/bin/sh\n")

"""The lock files say exactly what pyproject.toml asks, each package with its hashes."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PINNED = re.compile(
    r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)([^\\\n]*)((?:\s*\\\n\s+--hash=sha256:[0-9a-f]{64})*)", re.M
)


def locked(name: str) -> dict[str, set[Version]]:
    found: dict[str, set[Version]] = {}
    for package, version, _, _ in PINNED.findall((ROOT / name).read_text()):
        found.setdefault(canonicalize_name(package), set()).add(Version(version))
    return found


def group(name: str) -> list[str]:
    entries = PROJECT["dependency-groups"][name]
    return [
        line for entry in entries for line in (group(entry["include-group"]) if isinstance(entry, dict) else [entry])
    ]


RUN = [*PROJECT["project"]["dependencies"], *group("build")]
DEVELOP = [*PROJECT["project"]["dependencies"], *group("dev")]


@pytest.mark.parametrize(
    ("file", "asked"),
    [("requirements.lock", line) for line in RUN]
    + [("requirements-dev.lock", line) for line in DEVELOP]
    + [("requirements-spark.lock", line) for line in group("spark")],
)
def test_dependency_asked_is_locked_in_a_version_that_fits(file: str, asked: str) -> None:
    requirement = Requirement(asked)
    versions = locked(file).get(canonicalize_name(requirement.name), set())
    assert versions, f"{asked} is not in {file}: run make lock"
    assert all(requirement.specifier.contains(version) for version in versions), f"run make lock: {asked}, {versions}"


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-dev.lock", "requirements-spark.lock"])
def test_every_locked_package_has_hashes(file: str) -> None:
    pinned = PINNED.findall((ROOT / file).read_text())
    assert len(pinned) == len(re.findall(r"^[A-Za-z0-9].*==", (ROOT / file).read_text(), re.M))
    assert not [package for package, _, _, hashes in pinned if not hashes]


def test_running_and_developing_use_the_same_versions() -> None:
    run, develop = locked("requirements.lock"), locked("requirements-dev.lock")
    assert not {
        name: (versions, develop.get(name)) for name, versions in run.items() if develop.get(name) != versions
    }


def test_spark_is_installed_beside_the_versions_that_develop() -> None:
    develop, spark = locked("requirements-dev.lock"), locked("requirements-spark.lock")
    assert not {name: versions for name, versions in spark.items() if name in develop and versions != develop[name]}


def test_running_needs_no_tool_of_development() -> None:
    tools = {canonicalize_name(Requirement(line).name) for line in group("dev")} - {"setuptools"}
    assert not tools & set(locked("requirements.lock"))

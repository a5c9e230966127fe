"""The house as DESIGN draws it: who imports whom, how large a file may be, which names are not used."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "beffroi"
LONGEST_FILE = 500
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc"}
TRACKED = subprocess.run(
    ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    capture_output=True,
    check=True,
).stdout.decode()
FILES = [ROOT / name for name in TRACKED.split("\0") if name and (ROOT / name).is_file()]
CODE = [path for path in FILES if path.suffix in {".py", ".sql", ".css", ".js"}]


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_import_contracts_hold() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_import_contracts_see_a_forbidden_import(tmp_path: Path) -> None:
    """The contracts themselves, on a copy of the house in which core imports the guard."""
    for room in ("config", "simulation", "systems", "governance", "ui", "client", "guard", "standards", "core"):
        folder = tmp_path / "beffroi" / room
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("")
    (tmp_path / "beffroi" / "__init__.py").write_text("")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    command = Path(sys.executable).with_name("lint-imports")

    def status() -> int:
        environ = {"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"}
        return subprocess.run(
            [command, "--no-cache"], cwd=tmp_path, env=environ, capture_output=True, check=False
        ).returncode

    assert status() == 0
    for importer, imported in (
        ("core", "beffroi.guard"),
        ("guard", "beffroi.governance"),
        ("governance", "beffroi.guard"),
        ("systems", "beffroi.governance"),
        ("client", "beffroi.guard"),
        ("guard", "django"),
        ("core", "psycopg"),
    ):
        (tmp_path / "beffroi" / importer / "wrong.py").write_text(f"import {imported}\n")
        assert status() == 1, f"{importer} imports {imported}"
        (tmp_path / "beffroi" / importer / "wrong.py").unlink()


@pytest.mark.parametrize("path", sorted((PACKAGE / "core").rglob("*.py")), ids=relative)
def test_core_imports_the_standard_library_only(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            imported.add(node.module or "")
    strangers = {
        name
        for name in imported
        if name.split(".")[0] not in sys.stdlib_module_names and name.split(".")[:2] != ["beffroi", "core"]
    }
    assert not strangers


def test_guard_process_never_loads_django() -> None:
    """Every module of the guard, its process included, in a fresh interpreter."""
    program = """
import importlib, json, pkgutil, sys
import beffroi.guard
for found in pkgutil.walk_packages(beffroi.guard.__path__, "beffroi.guard."):
    if not found.name.endswith("__main__"):
        importlib.import_module(found.name)
print(json.dumps(sorted(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "beffroi.guard.process" in loaded
    rooms = {".".join(name.split(".")[:2]) for name in loaded if name.startswith("beffroi.")}
    assert rooms == {"beffroi.guard", "beffroi.standards", "beffroi.core"}
    assert not {name for name in loaded if name.split(".")[0] == "django"}


def test_no_file_of_code_is_too_long() -> None:
    long = {relative(path): count for path in CODE if (count := len(path.read_text().splitlines())) > LONGEST_FILE}
    assert not long


def test_no_room_or_module_has_a_vague_name() -> None:
    vague = [
        relative(path) for path in FILES if VAGUE & {part.split(".")[0] for part in path.relative_to(ROOT).parts}
    ]
    assert not vague


def test_every_package_of_the_house_is_a_package() -> None:
    folders = {path.parent for path in PACKAGE.rglob("*.py")}
    assert not [relative(folder) for folder in folders if not (folder / "__init__.py").exists()]

"""The command line: one word loads one module, and a refusal is a sentence."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from beffroi.config.command import COMMANDS

ROOT = Path(__file__).resolve().parents[2]


def beffroi(*words: str, state: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BEFFROI_", "DATABASE_"))}
    return subprocess.run(
        [sys.executable, "-m", "beffroi", *words],
        env=clean | {"BEFFROI_STATE": str(state)} | environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def modules_after(words: str) -> set[str]:
    """The modules loaded by a Python process that runs `words`."""
    program = f"import json, sys\n{words}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_help_lists_every_built_command_and_imports_none() -> None:
    loaded = modules_after(
        "from beffroi.config.command import beffroi\nbeffroi.main(['--help'], standalone_mode=False)"
    )
    assert not {name for name in loaded if name.split(".")[0] in {"django", "psycopg", "asyncpg", "uvicorn"}}
    assert "beffroi.config.run" not in loaded


def test_guard_command_loads_no_django() -> None:
    loaded = modules_after(
        "from beffroi.config.command import beffroi\nimport click\n"
        "beffroi.get_command(click.Context(beffroi), 'guard')"
    )
    assert "beffroi.config.commands" in loaded
    assert not {name for name in loaded if name.split(".")[0] == "django"}


def test_command_without_mode_refuses_in_one_sentence(tmp_path: Path) -> None:
    done = beffroi("migrate", state=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("beffroi: BEFFROI_MODE is not set")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_identity_provider_in_production_refuses(tmp_path: Path) -> None:
    urls = {
        f"BEFFROI_{name}_URL": "https://example.fr"
        for name in ("CONSOLE", "GUARD", "GUARD_SERVER", "IDENTITY_PROVIDER")
    }
    done = beffroi(
        "identity-provider", state=tmp_path, BEFFROI_MODE="production", DATABASE_URL="postgresql://u@h/d", **urls
    )
    assert done.returncode == 2
    assert "only when BEFFROI_MODE=demonstration" in done.stderr


def test_unknown_command_is_refused(tmp_path: Path) -> None:
    done = beffroi("dance", state=tmp_path)
    assert done.returncode == 2
    assert "No such command" in done.stderr


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_registered_command_that_is_built_is_a_click_command(name: str, tmp_path: Path) -> None:
    done = beffroi(name, "--help", state=tmp_path)
    if "No such command" in done.stderr:
        target = COMMANDS[name][0].partition(":")[0].replace(".", "/")
        assert not (ROOT / "src" / f"{target}.py").exists()
        return
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_migrate_twice_in_demonstration_prepares_the_database_once(tmp_path: Path) -> None:
    first = beffroi("migrate", state=tmp_path, BEFFROI_MODE="demonstration")
    assert first.returncode == 0, first.stderr
    again = beffroi("migrate", state=tmp_path, BEFFROI_MODE="demonstration")
    assert again.returncode == 0, again.stderr
    assert "(0 applied)" in again.stdout

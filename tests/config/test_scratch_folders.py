"""What killed test runs left in memory is cleared by the next; what is in use never."""

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases import clear_killed


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """A folder as a killed test process leaves it."""
    cluster = tmp_path / "beffroi-left" / "pg" / "cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("18\n")
    (cluster.parent / "lock").touch()
    return cluster.parents[1]


def test_folder_of_a_killed_run_is_cleared(left: Path) -> None:
    clear_killed(left.parent)
    assert not left.exists()


def test_folder_whose_lock_is_held_is_kept(left: Path) -> None:
    with open(left / "pg" / "lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        clear_killed(left.parent)
        assert left.exists()


def test_folder_in_which_a_server_still_runs_is_kept(left: Path) -> None:
    command = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"]
    with subprocess.Popen(
        command, cwd=left / "pg" / "cluster", stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        assert server.stdout is not None
        server.stdout.readline()
        clear_killed(left.parent)
        assert left.exists()
        server.communicate()
    clear_killed(left.parent)
    assert not left.exists()


def test_folder_in_which_no_server_ran_yet_is_kept(left: Path) -> None:
    (left / "pg" / "cluster" / "PG_VERSION").unlink()
    clear_killed(left.parent)
    assert left.exists()


def test_folder_of_another_name_is_kept(left: Path) -> None:
    other = left.rename(left.with_name("of-somebody"))
    clear_killed(other.parent)
    assert other.exists()

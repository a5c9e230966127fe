"""Bringing the console's tables to their last version, in a process of its own: Django stays out of this one."""

import importlib.util
import subprocess
import sys
from collections.abc import Mapping

from beffroi.config.processes import StartRefused

_SETTINGS = "beffroi.config.console.migration"


def migrate_console(environ: Mapping[str, str]) -> None:
    """Migrate as the owner whose address this environment leads to.

    Raises StartRefused with the last lines of what Django said.
    """
    if importlib.util.find_spec("beffroi.config.console") is None:
        return
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", f"--settings={_SETTINGS}", "--no-input", "--skip-checks"],
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = "\n".join(done.stderr.splitlines()[-15:])
        raise StartRefused(f"The console's tables could not be migrated:\n{last}")

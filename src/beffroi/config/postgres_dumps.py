"""PostgreSQL's own dump programs, run for one role: passwords go by the environment, never by the arguments."""

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from beffroi.config.postgres_binaries import PostgresUnavailable, wheel_bin_dir


class DumpFailed(RuntimeError):
    """A dump program failed; the message has its last lines, which name objects and never values of rows."""


def program(name: str, server_major: int) -> Path:
    """`pg_dump` or `pg_restore` of the server's version, else the next newer one: from the path, or the wheel.

    Raises PostgresUnavailable when there is none.
    """
    folders = [Path(found).parent] if (found := shutil.which(name)) else []
    folders += [Path(f"/usr/lib/postgresql/{server_major}/bin")]
    with suppress(PostgresUnavailable):
        folders.append(wheel_bin_dir())
    versions = {major: folder / name for folder in folders if (major := _major(folder / name)) is not None}
    fitting = [major for major in versions if major >= server_major]
    if not fitting:
        raise PostgresUnavailable(f"No {name} of PostgreSQL {server_major} or newer was found: install it.")
    return versions[min(fitting)]


def _major(path: Path) -> int | None:
    if not os.access(path, os.X_OK):
        return None
    answer = subprocess.run(
        [path, "--version"], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(found[1]) if found else None


async def dump(
    server_major: int, dsn: str, schema: str, file: Path, snapshot: str, but_data_of: Sequence[str]
) -> None:
    """Write one schema, seen by the role of `dsn` at an exported snapshot, to a new file of mode 0600."""
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    options = ["--format=custom", f"--schema={schema}", f"--snapshot={snapshot}", f"--file={file}", "--no-password"]
    options += [f"--exclude-table-data={table}" for table in but_data_of]
    await _run(program("pg_dump", server_major), options, dsn)


async def restore(server_major: int, dsn: str, schema: str, file: Path) -> None:
    """Restore one schema as the role of `dsn`, all or nothing."""
    name = conninfo_to_dict(dsn)["dbname"]
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-password", f"--schema={schema}"]
    await _run(program("pg_restore", server_major), [*options, f"--dbname={name}", str(file)], dsn)


async def _run(path: Path, options: Sequence[str], dsn: str) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    child = await asyncio.create_subprocess_exec(
        path, *options, env=kept | _environ(dsn),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        _, said = await child.communicate()
    except BaseException:
        child.kill()
        raise
    if child.returncode:
        last = "\n".join(said.decode("utf-8", "replace").splitlines()[-5:])
        raise DumpFailed(f"{path.name} failed:\n{last}")


def _environ(dsn: str) -> dict[str, str]:
    """The variables by which libpq reads each parameter of a URI."""
    names = {option.keyword.decode(): option.envvar for option in Conninfo.get_defaults()}
    found = {}
    for name, value in conninfo_to_dict(dsn).items():
        variable = names.get(name)
        if variable is not None:
            found[variable.decode()] = str(value)
    return found

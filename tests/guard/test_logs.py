"""What the guard writes of itself: when, how grave, who, on one line, and nothing of a person."""

import asyncio
import io
import logging
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from beffroi.guard import logs

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [A-Z]+ [\w.]+: .+")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the guard's handler writes during a test; the process's own logging comes back after it."""
    root, own = logging.getLogger(), logging.getLogger(logs.OWN)
    before = root.handlers[:], root.level, own.level
    stream = io.StringIO()
    logs.configure(stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers[:], level, own_level = before
    root.setLevel(level)
    own.setLevel(own_level)


def test_integrity_alert_is_written_critical_with_its_instant(written: io.StringIO) -> None:
    logging.getLogger("beffroi.guard.doors").critical("integrity: person %s: %s", "0193", "ciphertext")
    line = written.getvalue()
    assert line.endswith("Z CRITICAL beffroi.guard.doors: integrity: person 0193: ciphertext\n")
    assert LINE.fullmatch(line.rstrip("\n"))


def test_exception_with_a_name_is_written_by_its_type_on_one_line(written: io.StringIO) -> None:
    try:
        raise ValueError("Delaunay\nInès")
    except ValueError:
        logging.getLogger("beffroi.guard").exception("failed:\n%s", "twice")
    line = written.getvalue()
    assert "ERROR beffroi.guard: failed: twice (ValueError in test_exception_with_a_name" in line
    assert (line.count("\n"), "Delaunay" in line, "Traceback" in line) == (1, False, False)


def test_address_is_written_without_its_query(written: io.StringIO) -> None:
    logging.getLogger("beffroi.guard").warning(
        "no answer of %s to %s", "https://id.example/token?code=Delaunay#x", "GET"
    )
    assert written.getvalue().endswith("no answer of https://id.example/token to GET\n")


def test_task_that_asyncio_forgot_is_written_without_what_it_held(written: io.StringIO) -> None:
    async def failing() -> None:
        raise ValueError("Delaunay")

    loop = asyncio.new_event_loop()
    try:
        task = loop.create_task(failing())
        loop.run_until_complete(asyncio.wait([task]))
        loop.call_exception_handler({"message": "lost", "exception": task.exception(), "task": task})
    finally:
        loop.close()
    assert "ERROR asyncio: lost (ValueError in failing" in written.getvalue()
    assert "Delaunay" not in written.getvalue()


def test_library_speaks_from_warning_and_the_guard_from_information(written: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET https://id.example/")
    assert written.getvalue() == ""
    logging.getLogger("httpx").warning("slow")
    logging.getLogger("beffroi.guard").info("serving")
    assert [line.split()[1] for line in written.getvalue().splitlines()] == ["WARNING", "INFO"]


def test_process_that_serves_the_guard_writes_on_standard_error_in_this_form() -> None:
    program = (
        "import logging\n"
        "from beffroi.guard import process\n"
        "async def serve(settings, *_):\n"
        "    logging.getLogger('beffroi.guard').critical('integrity: a row')\n"
        "process.serve = serve\n"
        "process.run(None)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert re.fullmatch(LINE.pattern + r"\n", done.stderr)
    assert "CRITICAL beffroi.guard: integrity: a row" in done.stderr

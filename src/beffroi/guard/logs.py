"""What the guard writes about itself: one line a record on standard error, with its instant, level and logger.

A line names no person. What libraries say of an error may quote what they were handling, so of their messages only
the first line stays, of an exception only its type and the lines it crossed, and of an address nothing after ``?``.
"""

import logging
import re
import sys
import time
import traceback
from typing import Final, TextIO

OWN: Final = "beffroi"
_QUERY: Final = re.compile(r"(?<=[\w/])\?[^\s\"'<>]+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_MOST: Final = 2_000
"""Characters of a message."""


class OneLine(logging.Formatter):
    """``2026-11-22T03:04:05.678Z CRITICAL beffroi.guard.doors: integrity: …`` (RFC 3339, UTC)."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the record on one line of bounded length."""
        try:
            said = record.getMessage()
        except (TypeError, ValueError):  # a library counted its arguments badly
            said = "a message that could not be written"
        if record.name.partition(".")[0] != OWN:
            said = said.partition("\n")[0]
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            said += f" ({where(error)})"
        instant = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        shown = _CONTROL.sub(" ", _QUERY.sub("", said)).strip()[:_MOST]
        return f"{instant}.{int(record.msecs):03d}Z {record.levelname} {record.name}: {shown}"


def where(error: BaseException) -> str:
    """Type of an exception and the last lines it crossed; its message may hold values, so it is left out."""
    places = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    return f"{type(error).__name__} in {' > '.join(places[-6:])}" if places else type(error).__name__


def configure(stream: TextIO | None = None) -> None:
    """Write this process's records to ``stream`` (standard error): the guard's from INFO, others' from WARNING.

    Replaces every handler of the root logger: nothing else writes, and libraries add no format of their own.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(OneLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OWN).setLevel(logging.INFO)
    logging.captureWarnings(True)

"""What is kept was shown to the virus scanner first: a connection for each, and no answer but « OK » lets it in."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from beffroi.core.attachments import Obstacle
from beffroi.guard.settings import Mode
from beffroi.standards import clamd

if TYPE_CHECKING:
    from beffroi.guard.settings import GuardSettings, Scanner

_LOG: Final = logging.getLogger("beffroi.guard.attachments")


async def scanned(settings: "GuardSettings", content: bytes) -> bool | Obstacle:
    """Whether a scanner saw this content and found nothing; why it may not be kept.

    False, « nobody looked », is said in a demonstration without scanner alone.
    """
    if settings.scanner is None:
        return Obstacle.NO_SCANNER if settings.mode is Mode.PRODUCTION else False
    try:
        async with asyncio.timeout(settings.scanner.seconds):
            found = clamd.verdict(await _answer(settings.scanner, content))
    except (OSError, TimeoutError, clamd.ScanFailed) as error:
        _LOG.error("the virus scanner did not scan: %s", type(error).__name__)
        return Obstacle.SCANNER_AWAY
    if found is clamd.Verdict.INFECTED:
        _LOG.warning("the virus scanner recognised something in an attachment: it was not kept")
        return Obstacle.INFECTED
    return True


async def _answer(scanner: "Scanner", content: bytes) -> bytes:
    """What the daemon answers about one content."""
    async with _connected(scanner) as (reader, writer):
        for piece in clamd.instream(content):
            writer.write(piece)
            await writer.drain()
        answer = bytearray()
        while not answer.endswith(b"\x00") and len(answer) <= clamd.LONGEST_ANSWER:
            piece = await reader.read(clamd.LONGEST_ANSWER)
            if not piece:
                break
            answer += piece
    return bytes(answer)


@contextlib.asynccontextmanager
async def _connected(scanner: "Scanner") -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    if scanner.socket is not None:
        reader, writer = await asyncio.open_unix_connection(str(scanner.socket))
    else:
        reader, writer = await asyncio.open_connection(scanner.host, scanner.port)
    try:
        yield reader, writer
    finally:
        writer.close()

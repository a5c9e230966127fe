"""A daemon that speaks clamd's protocol, written here from clamd(8): it knows EICAR, and nothing else.

It is no ClamAV: what it shows is that the guard speaks as the manual says, not that ClamAV recognises anything.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless text that every scanner reports (eicar.org)."""


@dataclass
class Daemon:
    """What it was shown; ``answer`` replaces its own, ``longest`` is its StreamMaxLength."""

    seen: list[bytes] = field(default_factory=list)
    answer: bytes | None = None
    longest: int = 25_000_000
    silent: bool = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            command = await reader.readuntil(b"\0")
            if command != b"zINSTREAM\0":
                writer.write(b"UNKNOWN COMMAND\0")
                return
            content = b""
            while size := int.from_bytes(await reader.readexactly(4), "big"):
                if len(content) + size > self.longest:
                    writer.write(b"INSTREAM size limit exceeded. ERROR\0")
                    return
                content += await reader.readexactly(size)
            self.seen.append(content)
            if self.silent:
                await reader.read()
                return
            found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
            writer.write(found if self.answer is None else self.answer)
            await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def listening(path: Path) -> AsyncIterator[Daemon]:
    """The daemon on a UNIX socket, as long as the block runs."""
    daemon = Daemon()
    async with await asyncio.start_unix_server(daemon.serve, str(path)):
        yield daemon


@asynccontextmanager
async def listening_on_a_port() -> AsyncIterator[tuple[Daemon, int]]:
    """The daemon on a port of this host, as long as the block runs."""
    daemon = Daemon()
    async with await asyncio.start_server(daemon.serve, "127.0.0.1", 0) as server:
        yield daemon, server.sockets[0].getsockname()[1]

"""A provider that answers slowly, hugely or elsewhere holds nothing up and is not believed."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from beffroi.guard.settings import Mode, Provider
from beffroi.guard.signin.provider import LARGEST_ANSWER, ProviderEdge, Unreachable

Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


@asynccontextmanager
async def edge_to(reply: Reply, *, deadline: float = 10.0) -> AsyncIterator[ProviderEdge]:
    """The guard's edge towards a provider on this machine that answers every request so."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await reply(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    issuer = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api/v2"
    edge = ProviderEdge(
        Provider(issuer, "guard", "secret"), "http://guard.localhost", Mode.DEMONSTRATION, deadline=deadline
    )
    try:
        yield edge
    finally:
        await edge.close()
        server.close()


async def test_provider_that_drips_its_answer_is_given_up_on() -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"content-length: 60000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with edge_to(drip, deadline=0.5) as edge:
        begun = time.monotonic()
        with pytest.raises(Unreachable, match="discovery"):
            await edge.provider()
        assert time.monotonic() - begun < 3


async def test_provider_whose_answer_swells_when_unpacked_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(40_000_000), 9)
    assert len(bomb) < LARGEST_ANSWER

    async def swell(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(bomb) + bomb)
        await writer.drain()

    async with edge_to(swell) as edge:
        with pytest.raises(Unreachable, match="encoded"):
            await edge.provider()


async def test_provider_whose_answer_is_too_large_is_cut_off() -> None:
    async def flood(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"connection: close\r\n\r\n")
        while True:
            writer.write(b" " * 65_536)
            await writer.drain()

    async with edge_to(flood) as edge:
        with pytest.raises(Unreachable, match="too large"):
            await edge.provider()

"""The attacker's HTTP: bare connections kept open, as many as he likes, answers as they come."""

import asyncio
import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode

from beffroi.client.credentials import ApplicationKey

CONNECTIONS = 24
_GRANT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Reply(NamedTuple):
    """Status and body of an answer."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)


class Wires:
    """Connections to one guard (HTTP/1.1, keep-alive), shared by the attacker's tasks."""

    def __init__(self, port: int, connections: int = CONNECTIONS) -> None:
        self._port = port
        self.connections = connections
        self._free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        for _ in range(self.connections):
            self._free.put_nowait(await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 22))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        while not self._free.empty():
            self._free.get_nowait()[1].close()

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """One request on a free connection."""
        reader, writer = await self._free.get()
        try:
            lines = [f"{method} {path} HTTP/1.1", "host: guard", f"content-length: {len(body)}"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            head = await reader.readuntil(b"\r\n\r\n")
            status = int(head[9:12])
            length = 0
            for line in head.split(b"\r\n")[1:]:
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            return Reply(status, await reader.readexactly(length))
        finally:
            self._free.put_nowait((reader, writer))

    async def token(self, key: ApplicationKey, audience: str) -> str:
        """An access token of the application (RFC 7523); it lives 300 seconds of real time."""
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _GRANT,
            "client_assertion": key.assertion(audience),
        }
        reply = await self.send(
            "POST", "/v1/token", {"content-type": "application/x-www-form-urlencoded"}, urlencode(form).encode()
        )
        token: str = reply.json["access_token"]
        return token


class Hijacked(NamedTuple):
    """A live session in the attacker's hands: what goes into its headers."""

    handle: str
    client: str

    def headers(self, token: str) -> dict[str, str]:
        """Headers of a call with this session."""
        return {
            "authorization": f"Bearer {token}",
            "beffroi-session": self.handle,
            "beffroi-client": self.client,
            "content-type": "application/json",
        }

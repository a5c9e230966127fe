"""Heads of requests read before: what llhttp and the gate made of them, found again by their exact bytes.

An application sends the same head again with every file it opens for an agent. llhttp's reading of a head is a
function of its bytes when it stands at the start of a message, so the same bytes in the same place need no second
reading; nothing else is ever taken from here. What is remembered leaves no room for two opinions on where a request
ends: one announced length, no transfer coding, lines that all end in CRLF, and the whole request in one piece. Of who
calls, what depends on the bytes alone is remembered; whether the token still lives is asked each time.

Keys of this memory are secrets (tokens, handles). Only what came twice, and with a genuine token, enters; it is
bounded, and forgotten after the life of a token, which is all it could serve.
"""

from typing import TYPE_CHECKING, Final

from beffroi.guard.web.requests import Call, Direct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from beffroi.guard.doors.gate import Caller

HEAD_END: Final = b"\r\n\r\n"
LONGEST: Final = 1024
REMEMBERED: Final = 8192
MARKED: Final = 32_768
REMEMBERED_SECONDS: Final = 300.0
_ENDS_NOT_BY_LENGTH: Final = (b"transfer-encoding", b"expect", b"upgrade")


class Head:
    """One head: where it leads, what it says, how many bytes of body follow it, and who calls."""

    __slots__ = ("direct", "headers", "known", "length", "method", "path", "query")

    def __init__(self, call: Call, direct: Direct, known: "tuple[str, Caller]") -> None:
        self.method = call.method
        self.path = call.path
        self.query = call.query
        self.headers: Mapping[bytes, bytes] = call.headers
        self.length = len(call.body)
        self.direct = direct
        self.known = known


class Heads:
    """The memory of one server. ``find`` takes the bytes of a head, its empty line included."""

    __slots__ = ("_forget_at", "_known", "_seen", "find")

    def __init__(self) -> None:
        self._known: dict[bytes, Head] = {}
        self._seen: set[int] = set()
        self._forget_at = 0.0
        self.find = self._known.get

    def learn(self, data: bytes, call: Call, direct: Direct) -> None:
        """Remember the head of a request whose bytes, all of them and no other, are ``data``; the second time.

        Most heads of a quiet hour come once: they cost the hash of their bytes, and leave nothing else.
        """
        end = data.find(HEAD_END) + len(HEAD_END)
        if call.known is None or end > LONGEST:
            return
        head, headers, body = data[:end], call.headers, call.body
        mark = hash(head)
        if mark not in self._seen:
            if len(self._seen) >= MARKED:
                self._seen.clear()
            self._seen.add(mark)
        elif (
            data[end:] == body
            and headers.get(b"content-length") == b"%d" % len(body)
            and not any(name in headers for name in _ENDS_NOT_BY_LENGTH)
            and head.count(b"\n") == head.count(b"\r") == head.count(b"\r\n")
        ):
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[head] = Head(call, direct, call.known)

    def sweep(self, now: float) -> None:
        """Forget everything once in a token's life; ``now`` in seconds of the loop's clock."""
        if now >= self._forget_at:
            self._forget_at = now + REMEMBERED_SECONDS
            self._known.clear()
            self._seen.clear()

"""A small witness (C2SP tlog-witness) that anybody can run elsewhere: it cosigns a log that only grows.

It keeps a key and, for each log it was told of, the last tree it cosigned; both in one folder. It is no part of the
guard and needs no database. Beside the call of tlog-witness it gives anybody the last checkpoint it cosigned, below
the SHA-256 of the log's origin: so that a log taken back to an older state, its store included, is noticed.
"""

import json
import threading
import time
from collections.abc import Mapping, Sequence
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from beffroi.guard import keys
from beffroi.standards.tlog import note, witness
from beffroi.standards.tlog.cosignature import Cosigner
from beffroi.standards.tlog.tiles import CHECKPOINT
from beffroi.standards.tlog.witness import Accepted, Declined, Seen

KEY_FILE: Final = "witness.key"
_SEEN: Final = "seen"
_SECONDS: Final = 10.0


class Witness:
    """Judges, writes down, cosigns: one submission at a time. Raises KeysRefused when its key cannot be used."""

    def __init__(self, folder: Path, name: str, logs: Sequence[note.VerifierKey]) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / KEY_FILE
        seed = keys.load_journal_key(path) if path.exists() else keys.generate_journal_key(path)
        self._cosigner = Cosigner(name, seed)
        self._folder = folder / _SEEN
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._logs: dict[str, list[note.Verifier]] = {}
        for key in logs:
            self._logs.setdefault(key.name, []).append(note.Ed25519Verifier(key))
        self._turn = threading.Lock()

    @property
    def key(self) -> note.VerifierKey:
        """Its public key, which the log's operator and every verifier is given."""
        return self._cosigner.key

    def add_checkpoint(self, body: bytes, seconds: int | None = None) -> Declined | str:
        """The signature lines of a cosignature, or why there is none."""
        with self._turn:
            judged = witness.judge(body, self._logs, self._seen())
            if isinstance(judged, Declined):
                return judged
            self._write(judged, witness.parse(body).signed)
        at = int(time.time()) if seconds is None else seconds
        return self._cosigner.sign(judged.text, at).line

    def _seen(self) -> Mapping[str, Seen]:
        found = {}
        for origin in self._logs:
            path = self._path(origin)
            if path.exists():
                held = json.loads(path.read_text())
                found[origin] = Seen(int(held["size"]), bytes.fromhex(held["root"]))
        return found

    def last(self, path: str) -> bytes | None:
        """The last checkpoint cosigned of the log that this path names, as that log signed it."""
        with self._turn:
            for origin in self._logs:
                kept = self._path(origin)
                if path == f"/{kept.stem}/{CHECKPOINT}" and kept.exists():
                    signed: str | None = json.loads(kept.read_text()).get("signed")
                    return None if signed is None else signed.encode()
        return None

    def _write(self, accepted: Accepted, signed: bytes) -> None:
        """Durably, before anything is cosigned."""
        told = accepted.checkpoint
        held = {"origin": told.origin, "size": told.size, "root": told.root.hex(), "signed": signed.decode()}
        keys.write_secret(self._path(told.origin), json.dumps(held))

    def _path(self, origin: str) -> Path:
        return self._folder / f"{sha256(origin.encode()).hexdigest()}.json"


def server(made: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """A server of the witness, bound and not yet serving."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = _SECONDS

        def do_POST(self) -> None:
            length = self.headers.get("content-length", "")
            if self.path != witness.PATH:
                self._say(HTTPStatus.NOT_FOUND, "unknown address\n", close=True)  # its body is not read
            elif not (length.isascii() and length.isdigit() and int(length) <= witness.LARGEST_REQUEST):
                self._say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too large, or of unknown size\n", close=True)
            else:
                answer = made.add_checkpoint(self.rfile.read(int(length)))
                if isinstance(answer, Declined):
                    self._say(answer.status, answer.body, answer.content_type)
                else:
                    self._say(HTTPStatus.OK, answer)

        def do_GET(self) -> None:
            found = made.last(self.path)
            if found is None:
                self._say(HTTPStatus.NOT_FOUND, "unknown address\n")
            else:
                self._say(HTTPStatus.OK, found.decode())

        def _say(
            self, status: HTTPStatus, body: str, kind: str = "text/plain; charset=utf-8", *, close: bool = False
        ) -> None:
            content = body.encode()
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            if close:
                self.send_header("connection", "close")
                self.close_connection = True
            self.end_headers()
            self.wfile.write(content)

        def version_string(self) -> str:
            return "witness"

        def log_message(self, format: str, *args: object) -> None:
            return None

    made_server = ThreadingHTTPServer((host, port), Handler)
    made_server.daemon_threads = True
    return made_server

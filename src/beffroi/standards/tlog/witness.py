"""The add-checkpoint call of a witness (C2SP tlog-witness): what a log sends, and how a witness judges it."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final, NamedTuple

from beffroi.standards.tlog import Malformed, checkpoint, merkle, note
from beffroi.standards.tlog.checkpoint import Checkpoint

PATH: Final = "/add-checkpoint"
SIZE_TYPE: Final = "text/x.tlog.size"
LARGEST_REQUEST: Final = note.LARGEST_NOTE
_MOST_HASHES: Final = 63


class Request(NamedTuple):
    """A checkpoint submitted with the proof that it extends the one of ``old`` entries."""

    old: int
    proof: tuple[bytes, ...]
    signed: bytes


class Seen(NamedTuple):
    """The last tree that a witness cosigned for a log."""

    size: int
    root: bytes


class Accepted(NamedTuple):
    """To be written down, durably and unless another came first, and then cosigned over ``text``."""

    checkpoint: Checkpoint
    text: str


class Declined(NamedTuple):
    """The answer of a witness that does not cosign."""

    status: HTTPStatus
    body: str
    content_type: str = "text/plain; charset=utf-8"


def render(request: Request) -> bytes:
    """The body of the call."""
    proof = "".join(f"{_encoded(part)}\n" for part in request.proof)
    return f"old {request.old}\n{proof}\n".encode() + request.signed


def parse(body: bytes) -> Request:
    """The call from its body. Raises Malformed."""
    head, separator, signed = body.partition(b"\n\n")
    try:
        first, *rest = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Malformed("the lines before the checkpoint are ASCII") from None
    if not separator or not first.startswith("old ") or len(rest) > _MOST_HASHES:
        raise Malformed("the body is the old size, at most 63 hashes, an empty line and a checkpoint")
    return Request(
        checkpoint.decimal(first.removeprefix("old ")), tuple(checkpoint.one_hash(line) for line in rest), signed
    )


def judge(body: bytes, logs: Mapping[str, Sequence[note.Verifier]], seen: Mapping[str, Seen]) -> Accepted | Declined:
    """Whether a witness cosigns, given the keys of the logs it knows and the last tree it saw of each, by origin."""
    try:
        request = parse(body)
        signed = note.parse(request.signed)
        submitted = checkpoint.parse(signed.text)
    except Malformed as error:
        return Declined(HTTPStatus.BAD_REQUEST, f"{error}\n")
    keys = logs.get(submitted.origin)
    if keys is None:
        return Declined(HTTPStatus.NOT_FOUND, "unknown log\n")
    if note.verified(signed, keys) is None:
        return Declined(HTTPStatus.FORBIDDEN, "no signature of this log's key\n")
    if request.old > submitted.size:
        return Declined(HTTPStatus.BAD_REQUEST, "the old size is larger than the checkpoint's\n")
    last = seen.get(submitted.origin, Seen(0, merkle.EMPTY_ROOT))
    if request.old != last.size or (last.size == submitted.size and last.root != submitted.root):
        return Declined(HTTPStatus.CONFLICT, f"{last.size}\n", SIZE_TYPE)
    if not merkle.consistent(last.size, last.root, submitted.size, submitted.root, request.proof):
        return Declined(HTTPStatus.UNPROCESSABLE_ENTITY, "the proof does not show that the log only grew\n")
    return Accepted(submitted, signed.text)


def _encoded(part: bytes) -> str:
    return checkpoint.Checkpoint("", 0, part).text.split("\n")[2]

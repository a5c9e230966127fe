"""Bodies: JSON read into a type that refuses what it does not know; the error says where and what was expected."""

import re
from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta

from beffroi.core.fields import NAMES
from beffroi.guard.web.requests import Call, Malformed

Body = TypeVar("Body")

# In Python "$" matches before a last line end too, which is why "(?!\n)" follows it.
PERSON: Final = Meta(
    pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$(?!\n)", description="A UUID"
)
CODE: Final = Meta(pattern=r"^[a-z][a-z0-9-]{0,47}$(?!\n)", description="A code of the policy")
_SHAPE: Final = b"00000000-0000-0000-0000-000000000000"
_SHAPES: Final = bytes(
    ord("0") if chr(byte) in "0123456789abcdef" else byte if chr(byte) == "-" else 0 for byte in range(256)
)
PersonText = Annotated[str, PERSON]
Code = Annotated[str, CODE]
GroupName = Literal[
    "identity", "contact", "nir", "agency_id", "situation", "followup", "training", "legal_representative",
    "sensitive_followup",
]  # fmt: skip
GroupNames = Annotated[tuple[GroupName, ...], Meta(max_length=len(NAMES))]

_AT: Final = re.compile(r" - at `(?:key` in `)?([^`]*)`$")
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_UNKNOWN: Final = re.compile(r"unknown field `[^`]*`")


def is_person(text: bytes) -> bool:
    """Whether a text, in UTF-8, is a ``PersonText``; a third of the time the pattern takes."""
    return text.translate(_SHAPES) == _SHAPE


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body: every field is named, no other is accepted; never shown, because it may hold identifying values."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(«redacted»)"


def read(call: Call, decoder: msgspec.json.Decoder[Body]) -> Body:
    """The body of a call. Raises Malformed, without any value that was sent."""
    kind = call.headers.get(b"content-type", b"")
    if not (kind == b"application/json" or kind.partition(b";")[0].strip().lower() == b"application/json"):
        raise Malformed("content-type", "application/json")
    try:
        return decoder.decode(call.body)
    except msgspec.DecodeError as error:
        raise explained(error) from None
    except UnicodeDecodeError:
        raise Malformed("$", "UTF-8") from None
    except RecursionError:
        raise Malformed("$", "less nesting") from None


def explained(error: msgspec.DecodeError) -> Malformed:
    """Where msgspec stopped and what it expected; what it quotes of the input is left out."""
    text = str(error)
    if not isinstance(error, msgspec.ValidationError):
        return Malformed("$", "valid JSON in UTF-8")
    where = _AT.search(text)
    expected = _AT.sub("", text)
    expected = _UNKNOWN.sub("an unknown field", _QUOTED.sub("", expected))
    return Malformed(where[1] if where else "$", expected)

"""A value that says who somebody is, kept from leaking by accident.

The wrapper is not a subclass of ``str``: a JSON or msgspec encoder would then write the value without being
asked. Every implicit road out (``repr``, ``str``, ``format``, iteration, attribute listing, pickling) shows
``«redacted»`` or fails; the one explicit road is :meth:`Identifying.reveal`, easy to grep for in a review.
"""

from __future__ import annotations

import hmac
from typing import Final, NoReturn, Self, final

REDACTED: Final = "«redacted»"


class Identifying:
    """Frozen holder of one identifying text.

    Two values are equal when they have the same type and the same text; the comparison takes a time that does
    not depend on where they differ. Instances are hashable, never ordered, never iterable, never picklable.
    """

    __slots__ = ("__text",)
    __text: str

    def __init__(self, text: str) -> None:
        object.__setattr__(self, "_Identifying__text", text)

    @final
    def reveal(self) -> str:
        """Give the text in clear. The caller answers for where it goes next."""
        return self.__text

    def __repr__(self) -> str:
        return REDACTED

    def __str__(self) -> str:
        return REDACTED

    def __format__(self, _specification: str) -> str:
        return REDACTED

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self) or not isinstance(other, Identifying):
            return NotImplemented
        return hmac.compare_digest(
            self.__text.encode("utf-8", "surrogatepass"), other.__text.encode("utf-8", "surrogatepass")
        )

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.__text))

    def __setattr__(self, _name: str, _value: object) -> NoReturn:
        raise AttributeError("an identifying value is frozen")

    def __delattr__(self, _name: str) -> NoReturn:
        raise AttributeError("an identifying value is frozen")

    # Copying is harmless (same process, same wrapper) and dataclasses.asdict relies on it.
    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: dict[int, object]) -> Self:
        return self

    # Pickles travel to caches, queues and other processes: refused whatever the protocol.
    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("an identifying value cannot be serialised; reveal it explicitly")

    def __getstate__(self) -> NoReturn:
        raise TypeError("an identifying value cannot be serialised; reveal it explicitly")

"""Arrays as PostgreSQL's array literals (manual, section 8.15.2): the driver then sends one text instead of encoding
every element, which costs a batch more than its decisions do.
"""

import re
from collections.abc import Iterable
from typing import Final

_HEX: Final = '"\\\\x'
_SPECIAL: Final = re.compile(r'(["\\])')


def ids(items: Iterable[str]) -> str:
    """UUIDs."""
    return f"{{{','.join(items)}}}"


def numbers(items: Iterable[int]) -> str:
    """Whole numbers."""
    return ids(map(str, items))


def nullable(items: Iterable[str | None]) -> str:
    """UUIDs or null."""
    return f"{{{','.join(['NULL' if item is None else item for item in items])}}}"


def texts(items: Iterable[str | None]) -> str:
    """Any text, or null."""
    return f"{{{','.join(['NULL' if item is None else quoted(item) for item in items])}}}"


def quoted(text: str) -> str:
    """One element between quotes, which keeps ``null`` a word and commas inside."""
    if '"' in text or "\\" in text:
        text = _SPECIAL.sub(r"\\\1", text)
    return f'"{text}"'


def binary(items: Iterable[bytes | None]) -> str:
    """Bytes in hexadecimal (section 8.4.1), or null."""
    return "{" + ",".join(["NULL" if item is None else _HEX + item.hex() + '"' for item in items]) + "}"

"""The identities of one part of the provider, as its file last had them, and the search among them."""

import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Generic, TypeVar

from beffroi.simulation.identity_provider.personas import Persona
from beffroi.simulation.identity_provider.residents import Resident

SHOWN_AT_ONCE: Final = 30
Anyone = TypeVar("Anyone", bound=Persona | Resident)


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).replace("-", " ")


class Directory(Generic[Anyone]):
    """Identities as last written: the file is read again when it changes, without a restart."""

    def __init__(self, path: Path, read: Callable[[Path], tuple[Anyone, ...]]) -> None:
        self._path = path
        self._read = read
        self._stamp = self._stat()
        self._load()

    def _stat(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except OSError:
            return (0, 0)
        return (found.st_mtime_ns, found.st_ino)

    def _load(self) -> None:
        self._people = self._read(self._path)
        self._by_login = {one.login: one for one in self._people}
        self._haystacks = [_folded(f"{one.name} {one.organisation} {one.job} {one.login}") for one in self._people]

    def _refresh(self) -> None:
        stamp = self._stat()
        if stamp != self._stamp:
            self._load()
            self._stamp = stamp

    def find(self, login: str) -> Anyone | None:
        self._refresh()
        return self._by_login.get(login)

    def search(self, words: str) -> tuple[Sequence[Anyone], int]:
        """The first 30 in whom every word occurs, accents and case aside; and how many match."""
        self._refresh()
        wanted = _folded(words[:200]).split()
        pairs = zip(self._people, self._haystacks, strict=True)
        matching = [one for one, text in pairs if all(word in text for word in wanted)]
        return matching[:SHOWN_AT_ONCE], len(matching)

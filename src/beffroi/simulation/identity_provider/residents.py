"""Invented people who prove who they are to the provider in the role of FranceConnect, read from a file."""

from pathlib import Path
from typing import Annotated, Final

import msgspec

from beffroi.simulation.identity_provider.mode import SettingsRefused
from beffroi.simulation.identity_provider.personas import MAX_FILE_BYTES, Code, Text, write_private_json

_DAY: Final = r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"


class Resident(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One invented person with a pivot identity; ``birthplace`` is an INSEE code, empty when born abroad."""

    login: Code
    given_name: Text
    family_name: Text
    birthdate: Annotated[str, msgspec.Meta(pattern=_DAY)]
    gender: Annotated[str, msgspec.Meta(pattern=r"\A(?:female|male)\Z")]
    birthplace: Annotated[str, msgspec.Meta(pattern=r"\A(?:[0-9][0-9AB][0-9]{3})?\Z")]
    birthcountry: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{5}\Z")]
    sub: Code
    preferred_username: Text | None = None

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.preferred_username or self.family_name}"

    @property
    def job(self) -> str:
        year, month, day = self.birthdate.split("-")
        return f"{'née' if self.gender == 'female' else 'né'} le {day}/{month}/{year}"

    @property
    def organisation(self) -> str:
        return "identité inventée"


class ResidentsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    residents: tuple[Resident, ...]


def write_residents_file(path: Path, residents: tuple[Resident, ...]) -> None:
    """Replace the file in one step, mode 0600."""
    write_private_json(path, ResidentsFile(residents))


def read_residents_file(path: Path) -> tuple[Resident, ...]:
    """The residents of ``path``.

    Raises ``SettingsRefused`` naming the file when it is missing, too large, not of the schema, or gives two people
    one login or one sub.
    """
    try:
        with path.open("rb") as file:
            body = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise SettingsRefused(f"{path} cannot be read; load a demonstration network first.") from error
    if len(body) > MAX_FILE_BYTES:
        raise SettingsRefused(f"{path} is larger than {MAX_FILE_BYTES} bytes.")
    try:
        residents = msgspec.json.decode(body, type=ResidentsFile).residents
    except msgspec.DecodeError as error:
        raise SettingsRefused(f"{path} is not a file of residents: {error}") from error
    for name in ("login", "sub"):
        if len({getattr(resident, name) for resident in residents}) != len(residents):
            raise SettingsRefused(f"{path} gives the same {name} to two people.")
    return residents

"""The invented people who may sign in, read from the file that the demonstration's loader writes."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Final, TypeVar

import msgspec
import pyotp

from beffroi.simulation.identity_provider.mode import SettingsRefused

File = TypeVar("File", bound=msgspec.Struct)
MAX_FILE_BYTES: Final = 32 * 1024 * 1024

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
Code = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9._-]{1,128}\Z")]


class Persona(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One invented agent. ``totp_secret`` is base32 (RFC 4648 §6), 26 characters at least."""

    login: Code
    given_name: Text
    usual_name: Text
    organisation: Text
    job: Text
    email: Text
    sub: Code
    siret: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{14}\Z")]
    idp_id: Code
    totp_secret: Annotated[str, msgspec.Meta(pattern=r"\A[A-Z2-7]{26,128}\Z")] | None = None
    phone: Text | None = None
    roles: tuple[Text, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.usual_name}"


class UsersFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    personas: tuple[Persona, ...]


def write_users_file(path: Path, personas: Iterable[Persona]) -> None:
    """Replace the users file in one step, mode 0600 since it holds second-factor secrets."""
    write_private_json(path, UsersFile(tuple(personas)))


def write_private_json(path: Path, content: msgspec.Struct) -> None:
    """Replace a file of invented identities in one step, mode 0600."""
    body = msgspec.json.format(msgspec.json.encode(content), indent=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)
    draft.replace(path)


def read_private_json(path: Path, schema: type[File], called: str) -> File:
    """A file of invented identities. Raises SettingsRefused when it is missing, too large, or not of the schema."""
    try:
        with path.open("rb") as file:
            body = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise SettingsRefused(f"{path} cannot be read; load a demonstration network first.") from error
    if len(body) > MAX_FILE_BYTES:
        raise SettingsRefused(f"{path} is larger than {MAX_FILE_BYTES} bytes.")
    try:
        return msgspec.json.decode(body, type=schema)
    except msgspec.DecodeError as error:
        raise SettingsRefused(f"{path} is not {called}: {error}") from error


def refuse_twins(path: Path, people: Sequence[object]) -> None:
    """Raises SettingsRefused when two people have one login or one sub."""
    for name in ("login", "sub"):
        if len({getattr(one, name) for one in people}) != len(people):
            raise SettingsRefused(f"{path} gives the same {name} to two people.")


def read_users_file(path: Path) -> tuple[Persona, ...]:
    """The personas of ``path``.

    Raises ``SettingsRefused`` naming the file when it is missing, larger than 32 MiB, not of the schema, or
    gives two people one login or one sub.
    """
    personas = read_private_json(path, UsersFile, "a users file").personas
    refuse_twins(path, personas)
    for persona in personas:
        try:
            pyotp.TOTP(persona.totp_secret or pyotp.random_base32())
        except ValueError as error:
            raise SettingsRefused(f"{path} holds, for {persona.login}, a totp_secret not in base32.") from error
    return personas

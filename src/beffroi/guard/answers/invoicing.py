"""Answers of the door of billing."""

from typing import Literal

from beffroi.guard.answers.shape import Answered


class Standing(Answered, frozen=True):
    """Who bills, for which organisation, which sells or orders; ``siret`` is null where its contract names none."""

    account: str
    organisation: str
    name: str
    siret: str | None
    side: Literal["seller", "buyer"]

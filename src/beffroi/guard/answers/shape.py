"""What every answer is made of."""

import msgspec


class Answered(msgspec.Struct, frozen=True):
    """An answer, or a part of one: every member is named. Members may be added later: a reader passes over those."""


class Label(Answered, frozen=True):
    """The same words in French and in English."""

    fr: str
    en: str


class Place(Answered, frozen=True):
    """An organisation or an application, by its id."""

    id: str
    name: str


class Nothing(Answered, frozen=True):
    """An empty object: it is done."""

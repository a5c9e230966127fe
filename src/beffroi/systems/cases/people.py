"""A person's name and age as the screens write them, from an opened identity."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from beffroi.client.people import Name, name_of, text_of

__all__ = ["Name", "age_on", "born_on", "day_of", "name_of", "text_of"]


def born_on(identity: Mapping[str, Any]) -> date | None:
    """The birth date, None when it cannot be read."""
    return day_of(identity.get("birth_date"))


def day_of(value: Any) -> date | None:
    """A date written AAAA-MM-JJ."""
    try:
        return date.fromisoformat(text_of(value))
    except ValueError:
        return None


def age_on(born: date, today: date) -> int:
    """Whole years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

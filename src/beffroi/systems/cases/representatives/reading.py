"""The legal representatives of an opened file, the first one being the group's own fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from beffroi.systems.cases.people import Name, text_of

FIELDS = (
    "last_name", "first_names", "relationship", "phone", "email", "address_line", "postcode", "city",
)  # fmt: skip
MOST = 4


@dataclass(frozen=True, repr=False)
class Representative:
    """One of them; ``number`` is the place in the list, ``letters`` whether letters go there."""

    number: int
    values: Mapping[str, str]
    letters: bool

    @property
    def full(self) -> str:
        """« Claire Delaunay »."""
        return Name(self.values.get("last_name", ""), self.values.get("first_names", "")).full


def representatives_of(group: Mapping[str, Any]) -> tuple[Representative, ...]:
    """Those of a group. Where nobody was chosen for letters, they go to the first."""
    if not group:
        return ()
    each = [group, *group.get("others", ())]
    chosen = next((number for number, one in enumerate(each) if one.get("letters") is True), 0)
    return tuple(
        Representative(number, {name: text_of(one.get(name)) for name in FIELDS}, number == chosen)
        for number, one in enumerate(each)
    )


def group_of(representatives: Sequence[Representative]) -> dict[str, Any]:
    """The group that holds these; empty for none."""
    if not representatives:
        return {}
    first, *others = (
        {**{name: value for name, value in one.values.items() if value}, "letters": one.letters}
        for one in representatives
    )
    return {**first, "others": others} if others else dict(first)

"""The columns of an import file of people: one agreement between who writes such files and who reads them.

Order does not matter, the header names them. All values are texts, empty when unknown.
"""

from typing import Final

REQUIRED: Final = ("last_name", "first_names", "birth_date")
OPTIONAL: Final = (
    "person_id", "birth_name", "sex", "birth_place", "nationality", "nir", "agency_id", "email", "phone",
    "address_line", "postcode", "commune_code", "city", "situation", "education_level", "housing", "mobility",
    "programme", "notes", "training_title", "training_status", "training_starts_on",
    "legal_representative_last_name", "legal_representative_first_name", "legal_representative_phone",
    "legal_representative_email", "follower_organisation", "referent", "followed_since", "training_organisation",
)  # fmt: skip
COLUMNS: Final = (*REQUIRED, *OPTIONAL)
"""Every column, in the order in which rows are handed to the importer."""

LONGEST: Final = {
    **dict.fromkeys(COLUMNS, 200),
    "address_line": 500,
    "situation": 500,
    "education_level": 500,
    "housing": 500,
    "mobility": 500,
    "programme": 500,
    "training_title": 500,
    "training_status": 500,
    "email": 270,
    "legal_representative_email": 270,
    "notes": 10_000,
}
"""Characters of each column at most."""


class HeaderRefused(ValueError):
    """The file's columns are not those of an import file; the message names columns, never values."""


def places(header: list[str]) -> list[int]:
    """Where each of ``COLUMNS`` is in the file's rows; -1 for an optional column that is not there.

    Raises HeaderRefused for a missing required column, an unknown one, or one that is there twice.
    """
    names = [name.strip() for name in header]
    if missing := [name for name in REQUIRED if name not in names]:
        raise HeaderRefused(f"missing columns: {', '.join(missing)}")
    if unknown := sum(name not in LONGEST for name in names):
        raise HeaderRefused(f"{unknown} unknown columns; known ones are: {', '.join(COLUMNS)}")
    if len(set(names)) != len(names):
        raise HeaderRefused("a column is there twice")
    return [names.index(name) if name in names else -1 for name in COLUMNS]

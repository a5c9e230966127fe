"""SIREN and SIRET numbers (INSEE): nine digits for a body, five more for one of its establishments.

Both carry a Luhn digit (ISO/IEC 7812-1, annex B). La Poste has more establishments than its numbers allow: the sum of
the fourteen digits is then a multiple of five instead (INSEE, note on the SIRET of La Poste).
"""

from typing import Final

DIGITS: Final = 14
_LA_POSTE: Final = "356000000"


def _luhn(digits: str) -> bool:
    total = 0
    for place, character in enumerate(reversed(digits)):
        digit = int(character) * (1 + place % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def siret(text: str) -> str | None:
    """The fourteen digits of a SIRET as it is written, spaces left out; ``None`` when it cannot be one."""
    digits = "".join(text.split())
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()) or int(digits) == 0:
        return None
    if not _luhn(digits[:9]):
        return None
    if _luhn(digits) or (digits.startswith(_LA_POSTE) and sum(map(int, digits)) % 5 == 0):
        return digits
    return None

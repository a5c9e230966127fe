"""What a test knows of one page."""

from typing import NamedTuple


class Sheet(NamedTuple):
    """One page: its template, its heading in French and in English (regular expressions), and its address.

    ``route`` is the address as the URL configuration writes it; None when the page may come up anywhere.
    """

    template: str
    fr: str
    en: str
    route: str | None = None

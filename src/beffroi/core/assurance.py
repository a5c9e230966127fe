"""How strongly the identity provider identified somebody: the policy's assurance table, read.

It authenticates and never authorises; the guard's own second factor comes on top of it.
"""

from collections.abc import Collection, Iterable

from beffroi.core.policy import AssuranceRule, Level


def level_of(table: Iterable[AssuranceRule], *, idp_id: str, acr: str, amr: Collection[str]) -> Level | None:
    """The level that ``acr`` and ``amr`` (OpenID Connect Core 1.0 section 2) give, or ``None``: refuse and alert.

    The lines that speak of this provider and this ``acr`` must between them know *every* method named: a method
    nobody rated is an unknown value, even beside a known one (I-06). Of the lines that match, the strongest.
    """
    lines = [line for line in table if line.acr == acr and line.idp_id in (None, idp_id)]
    named = frozenset(amr)
    if not named:
        levels = [line.level for line in lines if not line.amr]
    elif named <= frozenset().union(*(line.amr for line in lines)):
        levels = [line.level for line in lines if line.amr & named]
    else:
        levels = []
    return max(levels, default=None)

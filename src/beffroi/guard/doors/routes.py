"""Where the doors of this room are found."""

from typing import Final

from beffroi.guard.doors import agents, changing, evaluating, finding, listing, opening, watching
from beffroi.guard.web.requests import Routes

ROUTES: Final[tuple[Routes, ...]] = (
    opening.ROUTES,
    listing.ROUTES,
    finding.ROUTES,
    changing.ROUTES,
    agents.ROUTES,
    evaluating.ROUTES,
    watching.ROUTES,
)
"""Routes of every door of this room."""

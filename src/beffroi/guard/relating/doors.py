"""Where the doors of this room are found."""

from typing import Final

from beffroi.guard.relating import assigning, by_presence, covering, prescribing, resuming, transferring
from beffroi.guard.web.requests import Routes

ROUTES: Final[Routes] = {
    **assigning.ROUTES, **by_presence.ROUTES, **covering.ROUTES, **prescribing.ROUTES, **resuming.ROUTES,
    **transferring.ROUTES,
}  # fmt: skip

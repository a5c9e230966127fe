"""The pages' routes."""

from typing import Final

from beffroi.guard.signin import arriving, enrolling, leaving, proving, stepping
from beffroi.guard.signin.pages import STATIC_ROUTES
from beffroi.guard.web.requests import Routes

ROUTES: Final[Routes] = {
    ("GET", "/sign-in"): arriving.depart,
    ("GET", "/sign-in/callback"): arriving.arrive,
    ("GET", "/sign-in/factor"): proving.ask,
    ("POST", "/sign-in/factor"): proving.prove,
    ("GET", "/sign-in/enrol"): enrolling.ask,
    ("POST", "/sign-in/enrol"): enrolling.enrol,
    ("GET", "/step-up"): stepping.step_up,
    ("GET", "/factors/add"): stepping.add_factor,
    ("GET", "/sign-out"): leaving.left,
    **STATIC_ROUTES,
}

"""The space of the people, beside the officers who declare breaches."""

from tests.guard.personal.conftest import _nothing_counted, served
from tests.guard.personal.test_delays import watch

__all__ = ["_nothing_counted", "served", "watch"]

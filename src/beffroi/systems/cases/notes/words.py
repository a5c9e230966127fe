"""What the screens call the states of a step and what may be said of one."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from beffroi.core.casefile import Step

STATES: Mapping[Step, tuple[Promise, str]] = {
    Step.TO_DO: (_("À faire"), "info"),
    Step.DONE: (_("Accomplie"), "success"),
    Step.DROPPED: (_("Abandonnée"), "neutral"),
}
"""The word and the tone of its badge."""
MOVES: Mapping[Step, Promise] = {
    Step.DONE: _("Marquer accomplie"),
    Step.DROPPED: _("Abandonner"),
    Step.TO_DO: _("Rouvrir"),
}
"""The word of the button that leads there."""

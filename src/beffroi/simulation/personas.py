"""Named people and agents of the demonstration: the same whatever the seed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from beffroi.simulation.agents import (
    ACCOUNT_MANAGER,
    ADVISER,
    APPROVER,
    BILLING_CLERK,
    DATA_PROTECTION,
    RECEPTION,
    SECURITY_OFFICER,
    TRAINING_STAFF,
    Agent,
    Membership,
    persona,
)
from beffroi.simulation.directory import AGENCY_CODE, NETWORK_CODE
from beffroi.simulation.people import Named

OFFICE = "ML-VALBRUME"
OTHER_OFFICE = "ML-ROCHEFLEURY"
TRAINING = "OF-VALBRUME"

PERSONAS: tuple[Agent, ...] = (
    persona("Camille", "Moreau", "camille.moreau", Membership(OFFICE, ADVISER)),
    persona("Karim", "Haddad", "karim.haddad", Membership(OFFICE, ADVISER)),
    persona("Sandrine", "Lopez", "sandrine.lopez", Membership(OFFICE, RECEPTION)),
    persona("Philippe", "Garnier", "philippe.garnier", Membership(OFFICE, ACCOUNT_MANAGER)),
    persona("Odile", "Renard", "odile.renard", Membership(OFFICE, BILLING_CLERK)),
    persona("Sophie", "Lambert", "sophie.lambert", Membership(OTHER_OFFICE, ADVISER)),
    persona(
        "Julien", "Petit", "julien.petit", Membership(OTHER_OFFICE, ADVISER), Membership(OFFICE, RECEPTION)
    ),
    persona("Nadia", "Benali", "nadia.benali", Membership(TRAINING, TRAINING_STAFF)),
    persona("Hélène", "Marchand", "helene.marchand", Membership(NETWORK_CODE, APPROVER)),
    persona("Thomas", "Leroux", "thomas.leroux", Membership(NETWORK_CODE, APPROVER)),
    persona("Claire", "Fontaine", "claire.fontaine", Membership(NETWORK_CODE, SECURITY_OFFICER)),
    persona("Dorothée", "Vasseur", "dorothee.vasseur", Membership(OFFICE, DATA_PROTECTION)),
    persona("Marc", "Delorme", "marc.delorme", Membership(AGENCY_CODE, ADVISER)),
)  # fmt: skip
BY_LOGIN: Mapping[str, Agent] = {agent.login: agent for agent in PERSONAS}

FIXED_CASELOADS: Mapping[str, tuple[tuple[str, int], ...]] = {
    OFFICE: (("camille.moreau", 72), ("karim.haddad", 66)),
    OTHER_OFFICE: (("sophie.lambert", 68), ("julien.petit", 41)),
}
"""Portfolios of named advisers: the first people of their office, in this order."""

NOBODY = "-"
"""Stands for the office of the people nobody follows in :data:`NAMED_PEOPLE`."""

NAMED_PEOPLE: Mapping[str, Mapping[int, Named]] = {
    OFFICE: {
        0: Named("Delaunay", "Inès", "F", date(2005, 3, 14)),
        1: Named("Bertin", "Lilou", "F", date(2009, 6, 2)),
        72: Named("Carpentier", "Yanis", "M", date(2004, 9, 21)),
    },
    OTHER_OFFICE: {0: Named("Le Gall", "Manon", "F", date(2003, 12, 8))},
    NOBODY: {0: Named("Marchetti", "Théo", "M", date(2006, 1, 30))},
}

HIGHLIGHTS: Mapping[str, tuple[str, int]] = {
    "own": (OFFICE, 0),
    "own_minor": (OFFICE, 1),
    "colleague": (OFFICE, 72),
    "other_office": (OTHER_OFFICE, 0),
    "unfollowed": (NOBODY, 0),
}
"""Who each named person is for Camille Moreau; office and index in it."""

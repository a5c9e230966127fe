"""Restriction of processing (GDPR, article 18): a file that is kept, and not used until that is lifted.

A *restriction* is a relation of kind ``restricted``, carried by the organisation that decided it. The file is shared,
so the restriction holds for everybody: the decision refuses but for the purposes and the reasons of a break-glass
opening that the policy lists (18.2). It is lifted by that organisation, once the person was told (18.3); by one that
follows the person where that organisation has closed.
"""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from beffroi.core.decision import Entitlement, Refusal, entitle, is_restricted, lacking
from beffroi.core.dues import owed
from beffroi.core.facts import Clock, Facts, Request, SessionFacts
from beffroi.core.policy import RELATIONS, Action, Policy
from beffroi.core.refusals import Code, Sentence

Law = Callable[[Request, Facts, Policy], Entitlement | Refusal]


class Ground(StrEnum):
    """Why a person has the use of their file restricted: article 18.1, points (a) to (d)."""

    ACCURACY = "accuracy"
    UNLAWFUL = "unlawful"
    CLAIMS = "legal-claims"
    OBJECTION = "objection"


class Objection(StrEnum):
    """Why a restriction cannot begin or end."""

    UNKNOWN = "restriction-unknown"
    GROUND = "restriction-ground"
    EXISTS = "restriction-exists"
    TOLD = "restriction-told"


def restricting(request: Request, facts: Facts, policy: Policy) -> Entitlement | Refusal:
    """Steps 1 to 7 of who begins a restriction: who may change the file to answer its person.

    It draws on the few relations that an account changes in a day: a restricted file is closed to everybody, and
    whoever hijacks a correspondent's account must not close an office's files in an evening.
    """
    entitled = entitle(request, facts, policy)
    if isinstance(entitled, Refusal):
        return entitled
    assert facts.session is not None, "step 2 passed"
    short = stale(facts.session, facts.clock, policy)
    if short is not None:
        return short
    dues = owed(RELATIONS, facts, policy)
    return dues if isinstance(dues, Refusal) else entitled._replace(bucket=RELATIONS, dues=dues)


def destroying(law: Law) -> Law:
    """The same law for what destroys a part of a file: not while it is restricted, for any purpose (18.1.b and c).

    Judged after it, so that who may not know the person is not told that the file is restricted.
    """

    def whole(request: Request, facts: Facts, policy: Policy) -> Entitlement | Refusal:
        entitled = law(request, facts, policy)
        if isinstance(entitled, Refusal) or not is_restricted(facts):
            return entitled
        return Refusal(Code.RESTRICTED)

    return whole


def stale(session: SessionFacts, clock: Clock, policy: Policy) -> Refusal | None:
    """Step-up where the second factor is older than who changes relations may have it; both ends ask for it."""
    return lacking(session, clock, policy.actions.get(Action.RELATE))


def may_begin(ground: str, *, standing: bool) -> Objection | None:
    """Whether an organisation restricts a person's file: for a ground of the list, where it does not already."""
    if ground not in set(Ground):
        return Objection.GROUND
    return Objection.EXISTS if standing else None


def may_lift(since_on: date, told_on: date, today: date) -> Objection | None:
    """Whether a restriction ends: the person was told, between its first day and today (18.3)."""
    return None if since_on <= told_on <= today else Objection.TOLD


SENTENCES: Final[Mapping[Objection, Sentence]] = {
    Objection.UNKNOWN: Sentence(
        404,
        "Limitation introuvable",
        "Aucune limitation en cours, décidée par votre structure, ne répond à cette adresse.",
        "No such restriction",
        "No restriction under way, decided by your organisation, has this address.",
    ),
    Objection.GROUND: Sentence(
        422,
        "Motif",
        "Choisissez un motif de la liste.",
        "Ground",
        "Choose a ground of the list.",
    ),
    Objection.EXISTS: Sentence(
        409,
        "Dossier déjà limité",
        "Votre structure a déjà limité l’usage de ce dossier.",
        "File already restricted",
        "Your organisation has restricted the use of this file already.",
    ),
    Objection.TOLD: Sentence(
        422,
        "Jour où la personne a été prévenue",
        "Prévenez d’abord la personne, puis indiquez quand : entre le début de la limitation et aujourd’hui.",
        "Day on which the person was told",
        "Tell the person first, then say when: between the beginning of the restriction and today.",
    ),
}

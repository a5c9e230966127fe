"""The request for a file of more people than one may export alone: one approval over exactly these people."""

from typing import Final

from beffroi.core.approvals import Objection
from beffroi.core.duty import Duty
from beffroi.core.exporting import may_export
from beffroi.core.fields import mask_of
from beffroi.core.ids import AccountId, PurposeCode
from beffroi.core.policy import Action, Label
from beffroi.guard.approvals.kinds import Asked, Kind, Line, Prepared, same
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.exporting.bodies import Exporting
from beffroi.guard.vault import agents

CODE: Final = "export"
_GROUPS: Final = {
    "identity": Label("identité", "identity"),
    "contact": Label("coordonnées", "contact details"),
    "nir": Label("numéro de sécurité sociale", "social security number"),
    "agency_id": Label("identifiant de l’agence", "agency number"),
    "situation": Label("situation", "situation"),
    "followup": Label("notes de suivi", "follow-up notes"),
    "training": Label("formation", "training"),
    "legal_representative": Label("représentant légal", "legal representative"),
    "sensitive_followup": Label("notes sensibles", "sensitive notes"),
}


async def prepare(work: Work, by: OnDuty, body: Exporting) -> Prepared | Objection:
    """Judge the request: a role that exports for this purpose, what the policy lets be in a file."""
    rules, purpose = work.policy.exports, PurposeCode(body.purpose)
    rule = by.role.rules.get(purpose) if may_export(by.role) else None
    if rule is None or Action.EXPORT not in rule.actions:
        return Objection.OUT_OF_REACH
    groups, people = mask_of(body.groups), tuple(dict.fromkeys(body.people))
    held = groups and not groups & ~(rules.groups & rule.read)
    if not held or body.reason not in rules.reasons or len(people) > rules.people:
        return Objection.NOT_IN_THAT_STATE
    content = {"purpose": purpose, "groups": sorted(body.groups), "reason": body.reason, "people": people}
    return Prepared(by.organisation.id, None, 1, content)


async def recheck(work: Work, asked: Asked) -> Objection | None:
    """The policy in force still knows the reason and the groups."""
    body, rules = asked.content["body"], work.policy.exports
    groups = mask_of(body["groups"]) or 0
    if body["reason"] not in rules.reasons or groups & ~rules.groups or len(body["people"]) > rules.people:
        return Objection.NOT_IN_THAT_STATE
    return None


async def agree(work: Work, asked: Asked, approvers: tuple[AccountId, ...]) -> Objection | None:
    """Nothing is opened by the agreement: each copy, and each person of it, is decided when it is handed out."""
    return None


async def words(work: Work, asked: Asked) -> tuple[Line, ...]:
    """What an approver reads: how many people, which groups, what for. The digest covers exactly who."""
    body, rules = asked.content["body"], work.policy.exports
    named = await agents.names(work.conn, work.keys, {asked.requester})
    purpose = work.policy.purposes.get(PurposeCode(body["purpose"])) or same(body["purpose"])
    groups = [_GROUPS.get(name) or same(name) for name in body["groups"]]
    most, days = rules.copies, rules.days
    return (
        Line(Label("Demandé par", "Requested by"), same(named.get(asked.requester, "–"))),
        Line(Label("Personnes dans le fichier", "People in the file"), same(str(len(body["people"])))),
        Line(
            Label("Ce que le fichier contient", "What the file holds"),
            Label(", ".join(one.fr for one in groups), ", ".join(one.en for one in groups)),
        ),
        Line(Label("Finalité", "Purpose"), purpose),
        Line(Label("Motif", "Reason"), rules.reasons.get(body["reason"]) or same(body["reason"])),
        Line(
            Label("Si la demande est approuvée", "If the request is approved"),
            Label(
                f"{most} copies au plus pendant {days} jours, chacune marquée ; chaque personne compte et voit"
                " cette consultation",
                f"{most} copies at most within {days} days, each marked; each person counts and sees this opening",
            ),
        ),
    )


EXPORT: Final = Kind(
    CODE, Label("Export d’une liste de personnes", "Export of a list of people"), Duty.REQUEST, Exporting, prepare,
    recheck, agree, words,
)  # fmt: skip

"""Attachments of a file: their kinds, what stands in the way of keeping one, and the law of the strictest kinds.

A kind is a code and nothing else: the name of the file that somebody chose names people, and is never kept.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from beffroi.core.attachment_kinds import AttachmentKind
from beffroi.core.decision import Entitlement, Refusal, entitle, lacking
from beffroi.core.facts import Facts, Request
from beffroi.core.fields import Group
from beffroi.core.policy import Policy
from beffroi.core.refusals import Sentence

GROUP: Final[int] = int(Group.ATTACHMENTS)
_TOO_LARGE, _UNKNOWN, _CONFLICT, _WRONG, _AWAY = 413, 404, 409, 422, 503


class Obstacle(StrEnum):
    """Why an attachment that this agent may add or open is not kept, or is not there."""

    UNKNOWN = "attachment-unknown"
    EMPTY = "attachment-empty"
    TOO_LARGE = "attachment-too-large"
    TOO_MANY = "attachment-too-many"
    KEPT = "attachment-kept"
    TYPE = "attachment-type"
    DAMAGED = "attachment-damaged"
    INFECTED = "attachment-infected"
    SCANNER_AWAY = "attachment-scanner-away"
    NO_SCANNER = "attachment-no-scanner"


def law_of(kind: AttachmentKind | None) -> Callable[[Request, Facts, Policy], Entitlement | Refusal]:
    """Steps 1 to 7 for an attachment of this kind: those of its group, then the assurance that the kind demands.

    In this order, so that who may not know the person is not told, by a demand for a step-up, what is in the file. A
    kind that the policy does not rate is refused; ``None`` stands for an attachment that is not there.
    """

    def law(request: Request, facts: Facts, policy: Policy) -> Entitlement | Refusal:
        entitled = entitle(request, facts, policy)
        if isinstance(entitled, Refusal) or kind is None:
            return entitled
        assert facts.session is not None, "step 2 passed"
        short = lacking(facts.session, facts.clock, policy.attachments.kinds.get(kind))
        return entitled if short is None else short

    return law


SENTENCES: Final[Mapping[Obstacle, Sentence]] = {
    Obstacle.UNKNOWN: Sentence(
        _UNKNOWN,
        "Pièce jointe introuvable",
        "Cette pièce n’est pas, ou n’est plus, dans ce dossier.",
        "Attachment not found",
        "This attachment is not, or no longer, in this file.",
    ),
    Obstacle.EMPTY: Sentence(
        _WRONG,
        "Fichier vide",
        "Ce fichier ne contient rien. Choisissez-en un autre.",
        "Empty file",
        "This file holds nothing. Choose another one.",
    ),
    Obstacle.TOO_LARGE: Sentence(
        _TOO_LARGE,
        "Fichier trop grand",
        "Ce fichier dépasse la taille acceptée pour une pièce jointe.",
        "File too large",
        "This file exceeds the size accepted for an attachment.",
    ),
    Obstacle.TOO_MANY: Sentence(
        _CONFLICT,
        "Trop de pièces jointes",
        "Ce dossier contient déjà autant de pièces qu’il peut en contenir. Retirez celles qui ne servent plus.",
        "Too many attachments",
        "This file already holds as many attachments as it can. Remove those that are of no more use.",
    ),
    Obstacle.KEPT: Sentence(
        _CONFLICT,
        "Pièce déjà enregistrée",
        "Cette pièce vient d’être enregistrée : elle n’a pas été ajoutée une seconde fois.",
        "Attachment already kept",
        "This attachment was kept a moment ago: it was not added a second time.",
    ),
    Obstacle.TYPE: Sentence(
        _WRONG,
        "Type de fichier non accepté",
        "Seuls les fichiers PDF, JPEG et PNG sont acceptés ; leur contenu est vérifié, quel que soit leur nom.",
        "File type not accepted",
        "Only PDF, JPEG and PNG files are accepted; their content is checked, whatever their name.",
    ),
    Obstacle.DAMAGED: Sentence(
        _WRONG,
        "Fichier inutilisable",
        "Ce fichier est abîmé, démesuré, verrouillé, ou contient plus qu’un document. Enregistrez-le de nouveau.",
        "Unusable file",
        "This file is damaged, oversized, locked, or holds more than a document. Save it again.",
    ),
    Obstacle.INFECTED: Sentence(
        _WRONG,
        "Fichier dangereux",
        "L’antivirus a reconnu un programme malveillant dans ce fichier : rien n’a été conservé. Prévenez votre "
        "responsable informatique et n’ouvrez pas ce fichier.",
        "Dangerous file",
        "The virus scanner recognised a malicious program in this file: nothing was kept. Tell your IT officer, and "
        "do not open this file.",
    ),
    Obstacle.SCANNER_AWAY: Sentence(
        _AWAY,
        "Antivirus injoignable",
        "L’antivirus ne répond pas : rien n’a été conservé. Gardez votre fichier et réessayez dans quelques minutes.",
        "Virus scanner unreachable",
        "The virus scanner does not answer: nothing was kept. Keep your file and try again in a few minutes.",
    ),
    Obstacle.NO_SCANNER: Sentence(
        _AWAY,
        "Pièces jointes fermées",
        "Aucun antivirus n’est réglé : aucune pièce jointe n’est acceptée. Votre administrateur peut y remédier.",
        "Attachments closed",
        "No virus scanner is set up, so no attachment is accepted. Your administrator can set one up.",
    ),
}

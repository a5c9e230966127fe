"""What an obstacle to changing who follows whom says to the person who meets it, in French and in English."""

from collections.abc import Mapping
from typing import Final

from beffroi.core.refusals import Sentence
from beffroi.core.relating import Obstacle

_UNKNOWN, _CONFLICT, _WRONG = 404, 409, 422

SENTENCES: Final[Mapping[Obstacle, Sentence]] = {
    Obstacle.COLLEAGUE_UNKNOWN: Sentence(
        _WRONG,
        "Ce collègue ne peut pas suivre de personnes",
        "Choisissez un collègue en activité de votre structure, dont le rôle est d’accompagner des personnes.",
        "This colleague cannot follow people",
        "Choose a colleague at work in your organisation, whose role is to follow people.",
    ),
    Obstacle.PORTFOLIO_FULL: Sentence(
        _CONFLICT,
        "Portefeuille complet",
        "Ce collègue suivrait plus de personnes qu’un portefeuille ne peut en compter. Répartissez-les.",
        "Portfolio full",
        "This colleague would follow more people than a portfolio can hold. Share them out.",
    ),
    Obstacle.PERIOD: Sentence(
        _WRONG,
        "Dates du remplacement",
        "La fin doit suivre le début, et ne pas être passée ; la durée est limitée.",
        "Dates of the cover",
        "The end must follow the beginning and not be past; the length is limited.",
    ),
    Obstacle.COVER_EXISTS: Sentence(
        _CONFLICT,
        "Remplacement déjà prévu",
        "Ces deux collègues ont déjà un remplacement à ces dates. Mettez-y fin pour en changer.",
        "Cover already planned",
        "These two colleagues already have a cover on these dates. End it to change it.",
    ),
    Obstacle.TOO_MANY_COVERS: Sentence(
        _CONFLICT,
        "Trop de remplacements",
        "Ce collègue remplace déjà autant de personnes qu’il est permis à la fois.",
        "Too many covers",
        "This colleague already stands in for as many people as is allowed at once.",
    ),
    Obstacle.COVER_UNKNOWN: Sentence(
        _UNKNOWN,
        "Remplacement introuvable",
        "Aucun remplacement en cours ou à venir de votre structure ne répond à cette adresse.",
        "No such cover",
        "No cover of your organisation, under way or to come, has this address.",
    ),
    Obstacle.ORGANISATION_UNAVAILABLE: Sentence(
        _CONFLICT,
        "Cet organisme n’est pas disponible",
        "Il est inconnu, fermé ou suspendu, son contrat est fini, ou ce suivi n’y est pas possible pour cette"
        " personne.",
        "This organisation is not available",
        "It is unknown, closed or suspended, its contract is over, or this relation is not possible there for this"
        " person.",
    ),
    Obstacle.RELATION_DATE: Sentence(
        _WRONG,
        "Date de fin",
        "La date de fin doit être à venir, et pas trop lointaine.",
        "End date",
        "The end date must be to come, and not too far.",
    ),
    Obstacle.RELATION_UNKNOWN: Sentence(
        _UNKNOWN,
        "Aucune relation à terminer",
        "Cette personne n’a pas, en ce moment, de relation de ce type avec cet organisme.",
        "No relation to end",
        "This person has no relation of this kind with this organisation at present.",
    ),
    Obstacle.ALREADY_FOLLOWED: Sentence(
        _CONFLICT,
        "Personne déjà suivie",
        "L’organisme qui recevrait cette personne la suit déjà.",
        "Person already followed",
        "The organisation that would receive this person already follows them.",
    ),
    Obstacle.PRESENCE_CODE_WRONG: Sentence(
        _UNKNOWN,
        "Code de présence refusé",
        "Ce code n’est pas le bon, a expiré, a déjà servi ou a été fait pour un autre organisme."
        " Demandez à la personne d’en faire un nouveau.",
        "Presence code refused",
        "This code is wrong, has expired, has already been used, or was made for another organisation. Ask the person"
        " to make a new one.",
    ),
    Obstacle.PRESENCE_TRIES: Sentence(
        429,
        "Trop de codes refusés",
        "Trop de codes faux ont été saisis, par vous ou dans votre structure. Si c’est par vous, un collègue peut"
        " saisir ce code ; sinon, recommencez dans un quart d’heure, avec un nouveau code.",
        "Too many codes refused",
        "Too many wrong codes were typed, by you or in your organisation. If by you, a colleague can type this code;"
        " otherwise try again in a quarter of an hour, with another code.",
    ),
    Obstacle.NOT_FOLLOWED_THERE: Sentence(
        _CONFLICT,
        "Cet organisme ne suit pas la personne",
        "Le transfert se demande à un organisme qui suit la personne aujourd’hui.",
        "This organisation does not follow the person",
        "A transfer is asked of an organisation that follows the person today.",
    ),
    Obstacle.TRANSFER_EXISTS: Sentence(
        _CONFLICT,
        "Transfert déjà demandé",
        "Un transfert de cette personne entre ces deux organismes attend déjà une réponse.",
        "Transfer already asked",
        "A transfer of this person between these two organisations is already waiting for an answer.",
    ),
    Obstacle.TRANSFER_UNKNOWN: Sentence(
        _UNKNOWN,
        "Transfert introuvable",
        "Aucun transfert de votre structure ne répond à cette adresse.",
        "No such transfer",
        "No transfer of your organisation has this address.",
    ),
    Obstacle.TRANSFER_CLOSED: Sentence(
        _CONFLICT,
        "Transfert déjà clos",
        "Ce transfert a été décidé, retiré, a expiré, ou attend une réponse de l’autre structure.",
        "Transfer already closed",
        "This transfer was decided, withdrawn, has expired, or waits for the other organisation’s answer.",
    ),
    Obstacle.SAME_PERSON_ASKED: Sentence(
        403,
        "Il faut une autre personne",
        "Vous avez demandé ce transfert : quelqu’un d’autre doit y répondre.",
        "Another person is needed",
        "You asked for this transfer: somebody else must answer it.",
    ),
    Obstacle.OTHER_FILE_UNKNOWN: Sentence(
        _UNKNOWN,
        "Votre structure ne suit pas ces deux dossiers",
        "Pour réunir deux dossiers, votre structure doit suivre la personne dans l’un et dans l’autre. Si un autre"
        " organisme suit l’un des deux, demandez-lui d’abord le transfert.",
        "Your organisation does not follow both files",
        "To merge two files, your organisation must follow the person in both. If another organisation follows one of"
        " them, ask it for the transfer first.",
    ),
    Obstacle.FOLLOWED_ELSEWHERE: Sentence(
        _CONFLICT,
        "Un autre organisme suit aussi la personne",
        "L’un des deux dossiers est aussi suivi ailleurs. Convenez d’abord d’un transfert avec cet organisme.",
        "Another organisation also follows the person",
        "One of the two files is also followed elsewhere. Agree on a transfer with that organisation first.",
    ),
    Obstacle.NOT_COMPARED: Sentence(
        _CONFLICT,
        "Comparez d’abord les deux dossiers",
        "Pour réunir deux dossiers, il faut les avoir ouverts l’un et l’autre dans la journée. Comparez-les de"
        " nouveau.",
        "Compare both files first",
        "To merge two files, one must have opened both of them that day. Compare them again.",
    ),
    Obstacle.FILE_CHANGED: Sentence(
        _CONFLICT,
        "Un dossier a changé entre-temps",
        "L’un des deux dossiers a été modifié depuis que vous les comparez. Comparez-les de nouveau.",
        "A file has changed meanwhile",
        "One of the two files was changed since you began to compare them. Compare them again.",
    ),
    Obstacle.TWO_IDENTITIES: Sentence(
        _CONFLICT,
        "Deux identités prouvées",
        "Chacun des deux dossiers a été ouvert dans l’espace personnel par une identité différente : ce sont sans"
        " doute deux personnes.",
        "Two proven identities",
        "Each of the two files was opened in the personal space by another identity: they are most likely"
        " two people.",
    ),
    Obstacle.NOTES_TOO_LONG: Sentence(
        _CONFLICT,
        "Trop de notes pour un seul dossier",
        "Les notes des deux dossiers ne tiennent pas dans un seul.",
        "Too many notes for one file",
        "The notes of both files do not fit in one.",
    ),
    Obstacle.FILE_RESTRICTED: Sentence(
        409,
        "Dossier limité",
        "L’un des deux dossiers est limité à la demande de la personne : ils ne se réunissent pas, et ne se séparent"
        " pas, tant que la limitation dure.",
        "Restricted file",
        "One of the two files is restricted at the person’s request: they are neither merged nor parted while that"
        " lasts.",
    ),
    Obstacle.TRANSFER_WAITING: Sentence(
        _CONFLICT,
        "Transfert en attente",
        "Un transfert du dossier qui disparaîtrait attend une réponse. Répondez-y ou retirez-le d’abord.",
        "A transfer is waiting",
        "A transfer of the file that would go waits for an answer. Answer it or take it back first.",
    ),
    Obstacle.MERGE_UNKNOWN: Sentence(
        _UNKNOWN,
        "Réunion introuvable",
        "Aucune réunion de dossiers faite par votre structure ne répond à cette adresse.",
        "No such merge",
        "No merge made by your organisation has this address.",
    ),
    Obstacle.MERGE_CLOSED: Sentence(
        _CONFLICT,
        "Il n’est plus possible de séparer ces dossiers",
        "Ils ont déjà été séparés, ou le délai est passé.",
        "These files can no longer be parted",
        "They were parted already, or the time for it has passed.",
    ),
}

"""What an objection says to the person who meets it, in French and in English; no value of the request is in it."""

from collections.abc import Mapping
from typing import Final

from beffroi.core.approvals import Objection
from beffroi.core.refusals import Sentence

_CONFLICT, _FORBIDDEN, _WRONG, _UNKNOWN = 409, 403, 422, 404

SENTENCES: Final[Mapping[Objection, Sentence]] = {
    Objection.SAME_PERSON: Sentence(
        _FORBIDDEN,
        "Il faut une autre personne",
        "Qui demande, qui bénéficie et qui approuve sont trois personnes différentes.",
        "Another person is needed",
        "Who requests, who benefits and who approves are three different people.",
    ),
    Objection.WITHIN_LINE: Sentence(
        _FORBIDDEN,
        "Lien entre les deux comptes",
        "L’un des deux comptes a contribué à créer l’autre : l’approbation doit venir de quelqu’un d’extérieur.",
        "The two accounts are linked",
        "One of the two accounts took part in creating the other: the approval must come from outside.",
    ),
    Objection.RECIPROCAL: Sentence(
        _FORBIDDEN,
        "Approbation réciproque",
        "Cette personne a approuvé l’une de vos demandes depuis moins de 180 jours : quelqu’un d’autre doit décider.",
        "Reciprocal approval",
        "This person approved one of your requests less than 180 days ago: somebody else must decide.",
    ),
    Objection.TOO_FEW_APPROVERS: Sentence(
        _CONFLICT,
        "Pas assez d’approbateurs",
        "Moins de deux personnes pourraient approuver cette demande. Rien n’a été enregistré : demandez au réseau de"
        " désigner un approbateur.",
        "Not enough approvers",
        "Fewer than two people could approve this request. Nothing was recorded: ask the network to appoint an"
        " approver.",
    ),
    Objection.TOO_MANY_PENDING: Sentence(
        429,
        "Trop de demandes en attente",
        "Vous avez déjà beaucoup de demandes en attente. Attendez qu’elles soient décidées, ou retirez-en.",
        "Too many requests waiting",
        "Many of your requests are already waiting. Wait for their decision, or withdraw some.",
    ),
    Objection.ALREADY_REQUESTED: Sentence(
        _CONFLICT,
        "Demande déjà en attente",
        "Une demande identique attend déjà une décision.",
        "Already requested",
        "An identical request is already waiting for a decision.",
    ),
    Objection.ALREADY_DECIDED: Sentence(
        _CONFLICT,
        "Demande déjà close",
        "Cette demande a été décidée, retirée, ou a expiré. Rien n’a changé.",
        "Request already closed",
        "This request was decided, withdrawn, or has expired. Nothing has changed.",
    ),
    Objection.NOT_YOURS: Sentence(
        _FORBIDDEN,
        "Cette demande n’est pas la vôtre",
        "Seule la personne qui a fait cette demande peut la retirer.",
        "This request is not yours",
        "Only the person who made this request can withdraw it.",
    ),
    Objection.UNKNOWN_REQUEST: Sentence(
        _UNKNOWN,
        "Demande introuvable",
        "Aucune demande ne répond à cette adresse, ou elle ne vous concerne pas.",
        "No such request",
        "No request has this address, or it does not concern you.",
    ),
    Objection.UNKNOWN_COLLEAGUE: Sentence(
        _UNKNOWN,
        "Personne introuvable ici",
        "La personne demandée ne travaille pas dans cet organisme, ou n’y travaille plus.",
        "Not found here",
        "The person asked for does not work at this organisation, or not any more.",
    ),
    Objection.OUT_OF_REACH: Sentence(
        _FORBIDDEN,
        "Hors de votre périmètre",
        "Vous ne pouvez agir que pour votre propre organisme.",
        "Out of your reach",
        "You may act for your own organisation only.",
    ),
    Objection.ROLE_NOT_HANDED_OUT: Sentence(
        _FORBIDDEN,
        "Rôle non demandable",
        "Ce rôle ne se demande pas depuis votre fonction, ou n’existe pas pour cet organisme.",
        "Role not to be requested",
        "This role cannot be requested from your position, or does not exist for this organisation.",
    ),
    Objection.APPLICATION_NOT_OPEN: Sentence(
        _WRONG,
        "Application non demandable",
        "L’une des applications demandées n’existe pas, n’est pas ouverte, ou aucune n’est nommée. Choisissez parmi"
        " celles qui sont proposées.",
        "Application not to be requested",
        "One of the applications requested does not exist or is not open, or none is named. Choose among those"
        " offered.",
    ),
    Objection.DUTIES_APART: Sentence(
        _CONFLICT,
        "Fonctions incompatibles",
        "Une même personne ne peut pas tenir ces fonctions ensemble (séparation des tâches).",
        "Duties that exclude each other",
        "One person may not hold these duties together (separation of duties).",
    ),
    Objection.PERIOD_WRONG: Sentence(
        _WRONG,
        "Période à corriger",
        "La fin doit suivre le début, ne pas être passée, et rester dans l’année et dans le contrat de l’organisme.",
        "Period to be corrected",
        "The end must follow the beginning, not be past, and stay within a year and the organisation’s contract.",
    ),
    Objection.ADDRESS_WRONG: Sentence(
        _WRONG,
        "Adresse à corriger",
        "L’adresse professionnelle n’est pas valable.",
        "Address to be corrected",
        "The professional address is not valid.",
    ),
    Objection.OFFICE_CLOSED: Sentence(
        _CONFLICT,
        "Organisme fermé",
        "Le contrat de cet organisme est terminé, ou son accès est coupé.",
        "Organisation closed",
        "This organisation’s contract has ended, or its access is cut.",
    ),
    Objection.TOO_EARLY: Sentence(
        _CONFLICT,
        "Trop tôt",
        "La période probatoire n’est pas terminée.",
        "Too early",
        "The probation is not over.",
    ),
    Objection.NOT_IN_THAT_STATE: Sentence(
        _CONFLICT,
        "Ce n’est plus possible",
        "L’habilitation ou le compte n’est pas dans l’état que cette demande suppose.",
        "No longer possible",
        "The habilitation or the account is not in the state that this request supposes.",
    ),
    Objection.PROOF_UNKNOWN: Sentence(
        _WRONG,
        "Preuve d’identité à préciser",
        "Indiquez la pièce d’identité que vous avez vue.",
        "Proof of identity to be given",
        "Say which proof of identity you saw.",
    ),
    Objection.LINE_CONTAINED: Sentence(
        _CONFLICT,
        "Lignée coupée par sécurité",
        "La lignée de l’un des comptes concernés est coupée par sécurité : rien n’y est créé ni rendu.",
        "Line cut for safety",
        "The line of one of the accounts concerned is cut for safety: nothing is created or given back in it.",
    ),
    Objection.UNKNOWN_CAMPAIGN: Sentence(
        _UNKNOWN,
        "Campagne introuvable",
        "Aucune revue des habilitations ne répond à cette adresse, ou elle ne vous concerne pas.",
        "No such campaign",
        "No review of habilitations has this address, or it does not concern you.",
    ),
    Objection.CAMPAIGN_OVER: Sentence(
        _CONFLICT,
        "Campagne terminée",
        "L’échéance de cette revue est passée : ce que personne n’a gardé est suspendu.",
        "Campaign over",
        "The deadline of this review has passed: whatever nobody kept is suspended.",
    ),
    Objection.SHEET_CHANGED: Sentence(
        _CONFLICT,
        "La liste a changé",
        "Une de ces habilitations a été revue entre-temps, a pris fin, ou ce choix a trop attendu. Rien n’a été"
        " enregistré : reprenez la revue.",
        "The list has changed",
        "One of these habilitations was reviewed meanwhile, has ended, or this choice waited too long. Nothing was"
        " recorded: go back to the review.",
    ),
    Objection.NOTHING_TO_CUT: Sentence(
        _UNKNOWN,
        "Rien de tel à couper",
        "Aucun compte, organisme ou application ne répond à cette désignation. Rien n’a été coupé.",
        "No such thing to cut",
        "No account, organisation or application answers to this designation. Nothing was cut.",
    ),
    Objection.ALREADY_CUT: Sentence(
        _CONFLICT,
        "Déjà coupé",
        "C’est déjà coupé. Rien n’a changé.",
        "Already cut",
        "It is cut already. Nothing has changed.",
    ),
    Objection.LAST_TO_LIFT: Sentence(
        _CONFLICT,
        "Plus personne ne pourrait rendre l’accès",
        "Il resterait moins de deux personnes capables d’approuver la levée. Rien n’a été coupé : cela ne se fait que"
        " depuis la machine du gardien.",
        "Nobody could give access back",
        "Fewer than two people able to approve the lifting would be left. Nothing was cut: this is done from the"
        " guard’s own machine only.",
    ),
    Objection.TOO_MANY_SUSPENSIONS: Sentence(
        429,
        "Trop de suspensions",
        "Vous avez déjà suspendu beaucoup de comptes. Rien n’a été fait : adressez-vous à la sécurité du réseau.",
        "Too many suspensions",
        "You have suspended many accounts already. Nothing was done: turn to the network’s security.",
    ),
    Objection.UNKNOWN_PARTNER: Sentence(
        _UNKNOWN,
        "Organisme introuvable",
        "Aucun organisme ne répond à cette adresse, ou il ne relève pas de vous.",
        "No such organisation",
        "No organisation has this address, or it is not yours to see.",
    ),
    Objection.PARTNER_STATE: Sentence(
        _CONFLICT,
        "Ce n’est plus possible",
        "L’organisme, son contrat ou son audit a changé entre-temps, ou n’en est pas là. Relisez sa fiche.",
        "No longer possible",
        "The organisation, its contract or its audit has changed meanwhile, or is not at that point. Read it again.",
    ),
    Objection.NETWORK_STAYS: Sentence(
        _CONFLICT,
        "Le réseau lui-même",
        "Le réseau n’a pas de contrat avec lui-même : il ne peut être ni fermé ni ouvert ainsi.",
        "The network itself",
        "The network has no contract with itself: it can be neither closed nor opened in this way.",
    ),
    Objection.SIRET_WRONG: Sentence(
        _WRONG,
        "SIRET à corriger",
        "Ce numéro n’est pas un SIRET : quatorze chiffres, dont deux de contrôle.",
        "SIRET to be corrected",
        "This number is not a SIRET: fourteen digits, two of them check digits.",
    ),
    Objection.ALREADY_KNOWN: Sentence(
        _CONFLICT,
        "Déjà connu",
        "Cet organisme, ce domaine ou cette personne est déjà enregistré.",
        "Already known",
        "This organisation, domain or person is already recorded.",
    ),
    Objection.CLAUSES_MISSING: Sentence(
        _WRONG,
        "Clauses à compléter",
        "Il manque au contrat une clause obligatoire, ou il en cite une qui n’existe pas.",
        "Clauses to be completed",
        "The contract lacks a mandatory clause, or cites one that does not exist.",
    ),
    Objection.LIST_INCOMPLETE: Sentence(
        _CONFLICT,
        "Ouverture pas encore possible",
        "L’accès s’ouvre quand la liste d’entrée est complète et que le contrat a commencé.",
        "Not to be opened yet",
        "Access is opened once the onboarding list is complete and the contract has begun.",
    ),
    Objection.ANSWERS_MISSING: Sentence(
        _CONFLICT,
        "Audit incomplet",
        "Toutes les questions n’ont pas de réponse, ou une réponse à corriger n’a pas d’échéance.",
        "Audit incomplete",
        "Some questions have no answer, or an answer to be corrected has no due date.",
    ),
    Objection.PUBLIC_DOMAIN: Sentence(
        _WRONG,
        "Domaine refusé",
        "Ce n’est pas le domaine d’un organisme : n’importe qui peut y avoir une adresse.",
        "Domain refused",
        "This is not an organisation’s own domain: anybody may have an address there.",
    ),
    Objection.PROVIDER_STATE: Sentence(
        _CONFLICT,
        "Fournisseur d’identité : déjà fait",
        "Cet organisme accepte déjà ce fournisseur d’identité, ou ne l’accepte plus. Rien n’a changé.",
        "Identity provider: already done",
        "This organisation accepts this identity provider already, or does so no longer. Nothing has changed.",
    ),
    Objection.NOT_IN_ROSTER: Sentence(
        _UNKNOWN,
        "Absent de l’annuaire",
        "L’annuaire de l’organisme ne contient ni ce domaine ni cette adresse.",
        "Not in the roster",
        "The organisation’s roster holds neither this domain nor this address.",
    ),
    Objection.UNKNOWN_ADMISSION: Sentence(
        _UNKNOWN,
        "Demande introuvable ici",
        "Cette demande de l’annuaire n’existe pas dans votre organisme.",
        "Not found here",
        "There is no such request of the directory at your organisation.",
    ),
    Objection.ADMISSION_CLOSED: Sentence(
        _CONFLICT,
        "Déjà répondu",
        "Quelqu’un a déjà répondu pour cette personne, ou l’annuaire l’a retirée. Rien n’a changé.",
        "Already answered",
        "Somebody already answered for this person, or the directory withdrew them. Nothing has changed.",
    ),
    Objection.ADMISSION_OF_ANOTHER: Sentence(
        _CONFLICT,
        "Une autre personne",
        "L’annuaire demande de rendre son accès à quelqu’un qui a un compte, et cette adresse n’est pas la sienne.",
        "Another person",
        "The directory asks to give access back to somebody who has an account, and this address is not theirs.",
    ),
}

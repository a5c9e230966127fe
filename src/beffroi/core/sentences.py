"""What a refusal says to the person who meets it: polite, exact, and what to do next, in French and in English.

No sentence holds a value of the request. ``PERSON_UNKNOWN`` serves the unknown and the forbidden person alike.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from beffroi.core.refusals import Code, Sentence

_TABLE: Final[dict[Code, Sentence]] = {
    Code.EVERYTHING_CONTAINED: Sentence(
        503,
        "Accès coupé par sécurité",
        "L’ouverture des dossiers est coupée pour tout le réseau. La sécurité vous préviendra dès la reprise ;"
        " vous n’avez rien à faire.",
        "Access cut for safety",
        "Opening files is cut for the whole network. Security will tell you when it resumes; there is nothing"
        " for you to do.",
    ),
    Code.APPLICATION_UNKNOWN: Sentence(
        401,
        "Application inconnue",
        "Cette application n’est pas enregistrée auprès du gardien. Prévenez le service qui l’exploite.",
        "Unknown application",
        "This application is not registered with the guard. Tell the service that runs it.",
    ),
    Code.APPLICATION_CLOSED: Sentence(
        403,
        "Application fermée",
        "L’accès de cette application aux dossiers est coupé. Le service qui l’exploite sait pourquoi et quand il"
        " reprendra.",
        "Application closed",
        "This application’s access to files is cut. The service that runs it knows why and when it will resume.",
    ),
    Code.SESSION_UNKNOWN: Sentence(
        401,
        "Session inconnue",
        "Votre session n’existe pas ou n’existe plus. Connectez-vous de nouveau.",
        "Unknown session",
        "Your session does not exist, or no longer. Please sign in again.",
    ),
    Code.SESSION_ENDED: Sentence(
        401,
        "Session terminée",
        "Votre session est terminée. Connectez-vous de nouveau pour continuer.",
        "Session ended",
        "Your session has ended. Please sign in again to continue.",
    ),
    Code.SESSION_OTHER_APPLICATION: Sentence(
        401,
        "Session d’une autre application",
        "Cette session a été ouverte pour une autre application. Connectez-vous depuis celle-ci.",
        "Session of another application",
        "This session was opened for another application. Please sign in from this one.",
    ),
    Code.SESSION_OTHER_CLIENT: Sentence(
        401,
        "Session fermée par sécurité",
        "Votre session a été présentée depuis un autre poste ou un autre navigateur ; elle a été fermée."
        " Connectez-vous de nouveau et signalez-le si ce n’était pas vous.",
        "Session closed for safety",
        "Your session was presented from another device or browser and was closed. Please sign in again, and"
        " report it if that was not you.",
    ),
    Code.MEMBERSHIP_NOT_CHOSEN: Sentence(
        403,
        "Structure à choisir",
        "Vous appartenez à plusieurs structures : choisissez celle au nom de laquelle vous travaillez.",
        "Choose an organisation",
        "You belong to several organisations: choose the one you are working for.",
    ),
    Code.ACCOUNT_SUSPENDED: Sentence(
        403,
        "Compte suspendu",
        "Votre compte est suspendu. Adressez-vous au gestionnaire des comptes de votre structure.",
        "Account suspended",
        "Your account is suspended. Please ask your organisation’s account manager.",
    ),
    Code.ATTESTATION_EXPIRED: Sentence(
        403,
        "Attestation à renouveler",
        "Votre attestation de sensibilisation n’est plus valable. Dès que l’examen de votre formation sera réussi,"
        " votre accès reviendra.",
        "Attestation to renew",
        "Your awareness attestation is no longer valid. As soon as you pass the exam of your course, your access"
        " comes back.",
    ),
    Code.REVIEW_OVERDUE: Sentence(
        403,
        "Revue des droits en retard",
        "Vos droits n’ont pas été confirmés dans le délai. Adressez-vous au gestionnaire des comptes de votre"
        " structure.",
        "Rights review overdue",
        "Your rights were not confirmed in time. Please ask your organisation’s account manager.",
    ),
    Code.HABILITATION_INACTIVE: Sentence(
        403,
        "Habilitation inactive",
        "Votre habilitation dans cette structure n’est pas en cours de validité. Adressez-vous au gestionnaire des"
        " comptes de votre structure.",
        "Habilitation not active",
        "Your habilitation in this organisation is not in force. Please ask your organisation’s account manager.",
    ),
    Code.HABILITATION_ELSEWHERE: Sentence(
        403,
        "Habilitation pour une autre application",
        "Votre habilitation ne vaut pas dans cette application. Si votre travail le demande, adressez-vous au"
        " gestionnaire des comptes de votre structure.",
        "Habilitation for another application",
        "Your habilitation does not hold in this application. If your work requires it, please ask your"
        " organisation’s account manager.",
    ),
    Code.ORGANISATION_CLOSED: Sentence(
        403,
        "Structure fermée",
        "L’accès de votre structure est coupé ou sa convention a pris fin. Votre direction sait à qui s’adresser.",
        "Organisation closed",
        "Your organisation’s access is cut, or its agreement has ended. Your management knows whom to contact.",
    ),
    Code.ROLE_UNKNOWN: Sentence(
        403,
        "Rôle non reconnu",
        "Votre rôle n’existe pas dans la politique en vigueur pour ce type de structure. Prévenez le gestionnaire"
        " des comptes.",
        "Role not recognised",
        "Your role does not exist in the policy in force for this kind of organisation. Please tell the account"
        " manager.",
    ),
    Code.DUTIES_CLASH: Sentence(
        403,
        "Fonctions incompatibles",
        "Vous avez deux fonctions qu’une même personne ne peut pas exercer, comme consulter des dossiers et gérer des"
        " comptes. Demandez au gestionnaire des comptes de mettre fin à l’une d’elles.",
        "Duties that clash",
        "You hold two duties that one person may not hold together, such as reading files and managing accounts."
        " Please ask the account manager to end one of them.",
    ),
    Code.FILES_CONTAINED: Sentence(
        403,
        "Dossiers fermés",
        "Les dossiers sont fermés par mesure de sécurité ; les devis et les factures restent ouverts.",
        "Files closed",
        "Files are closed as a security measure; quotes and invoices stay open.",
    ),
    Code.PURPOSE_NOT_ALLOWED: Sentence(
        403,
        "Finalité non permise",
        "Votre rôle ne permet pas d’ouvrir un dossier pour cette finalité.",
        "Purpose not allowed",
        "Your role does not allow opening a file for this purpose.",
    ),
    Code.ACTION_NOT_ALLOWED: Sentence(
        403,
        "Action non permise",
        "Votre rôle ne permet pas cette action. Si votre travail le demande, faites évoluer votre habilitation.",
        "Action not allowed",
        "Your role does not allow this action. If your work requires it, have your habilitation changed.",
    ),
    Code.STEP_UP_REQUIRED: Sentence(
        403,
        "Confirmation d’identité demandée",
        "Cette action demande de confirmer votre identité : présentez votre second facteur, puis recommencez.",
        "Identity check required",
        "This action needs a check of your identity: present your second factor, then try again.",
    ),
    Code.PERSON_UNKNOWN: Sentence(
        404,
        "Dossier introuvable",
        "Aucun dossier à ce numéro ne peut vous être ouvert. Recherchez la personne par son identité exacte pour"
        " savoir où elle est suivie.",
        "No such file",
        "No file with this number can be opened to you. Search for the person by exact identity to learn where"
        " they are followed.",
    ),
    Code.NOT_FOLLOWED: Sentence(
        403,
        "Personne suivie ailleurs",
        "Votre structure ne suit pas cette personne. Vous pouvez écrire à celle qui la suit, demander un transfert"
        " ou, en cas d’urgence et si votre rôle le permet, ouvrir le dossier en motivant.",
        "Followed elsewhere",
        "Your organisation does not follow this person. You can write to the one that does, ask for a transfer or,"
        " in an emergency and if your role allows it, open the file with a reason.",
    ),
    Code.RESTRICTED: Sentence(
        403,
        "Dossier limité à la demande de la personne",
        "La personne a demandé que son dossier ne soit plus utilisé pour le moment : il est conservé, mais ne peut"
        " être ni consulté ni modifié. Adressez-vous au correspondant à la protection des données.",
        "File restricted at the person’s request",
        "The person has asked that their file be no longer used for now: it is kept, but can be neither read nor"
        " changed. Please turn to the data protection correspondent.",
    ),
    Code.REASON_UNKNOWN: Sentence(
        422,
        "Motif non reconnu",
        "Le motif d’urgence n’est pas dans la liste. Choisissez-en un dans la liste proposée.",
        "Reason not recognised",
        "The emergency reason is not on the list. Please choose one from the list offered.",
    ),
    Code.FIELDS_NOT_ALLOWED: Sentence(
        403,
        "Rubriques non permises",
        "Votre rôle ne donne accès, pour cette finalité, à aucune des rubriques demandées.",
        "Sections not allowed",
        "For this purpose your role gives access to none of the sections asked for.",
    ),
    Code.BUDGET_UNKNOWN: Sentence(
        403,
        "Volume non prévu",
        "La politique en vigueur ne prévoit aucun volume pour cette ouverture ; elle est donc refusée. Prévenez le"
        " gestionnaire des comptes.",
        "No volume foreseen",
        "The policy in force foresees no volume for this opening, so it is refused. Please tell the account manager.",
    ),
    Code.BUDGET_ACCOUNT: Sentence(
        429,
        "Volume de consultations atteint",
        "Vous avez atteint le nombre de personnes différentes que vous pouvez consulter sur cette période. Les"
        " dossiers déjà ouverts aujourd’hui restent accessibles.",
        "Consultation volume reached",
        "You have reached the number of different people you may consult over this period. Files already opened"
        " today remain accessible.",
    ),
    Code.BUDGET_SHARE: Sentence(
        429,
        "Part de la structure atteinte",
        "Vous avez utilisé la part du volume quotidien de votre structure qu’un seul compte peut prendre. Un"
        " collègue peut continuer ; vos dossiers déjà ouverts aujourd’hui restent accessibles.",
        "Organisation share reached",
        "You have used the share of your organisation’s daily volume that one account may take. A colleague can"
        " continue; files you already opened today remain accessible.",
    ),
    Code.BUDGET_POOL: Sentence(
        429,
        "Volume des comptes récents atteint",
        "Les comptes récemment créés partagent un volume, qui est atteint. Il s’élargit dès que votre habilitation"
        " est confirmée.",
        "New accounts’ volume reached",
        "Recently created accounts share one volume, which is used up. It widens once your habilitation is"
        " confirmed.",
    ),
    Code.BUDGET_ORGANISATION: Sentence(
        429,
        "Volume de la structure atteint",
        "Votre structure a atteint son volume de consultations sur cette période. Les dossiers déjà ouverts"
        " aujourd’hui restent accessibles ; prévenez votre direction.",
        "Organisation volume reached",
        "Your organisation has reached its consultation volume for this period. Files already opened today remain"
        " accessible; please tell your management.",
    ),
    Code.BUDGET_RECEIVED: Sentence(
        429,
        "Cet organisme a déjà reçu beaucoup de personnes",
        "Il a reçu, de toutes les structures, autant de personnes qu’il peut en recevoir sur cette période."
        " Recommencez un autre jour.",
        "This organisation has received many people already",
        "It was sent, by all organisations, as many people as it can receive over this period. Try again another"
        " day.",
    ),
    Code.BUDGET_APPLICATION: Sentence(
        429,
        "Volume de l’application atteint",
        "L’application a atteint son volume de consultations sur cette période : elle n’ouvre plus de nouveau"
        " dossier. Prévenez votre responsable de la sécurité.",
        "Application volume reached",
        "The application has reached its consultation volume for this period: it opens no further file. Please tell"
        " your security officer.",
    ),
    Code.INTEGRITY: Sentence(
        503,
        "Droits non vérifiables",
        "Un droit nécessaire à cette décision n’a pas pu être vérifié ; l’accès est refusé. Prévenez votre"
        " responsable de la sécurité.",
        "Rights cannot be verified",
        "A right needed for this decision could not be verified; access is refused. Please tell your security"
        " officer.",
    ),
}
SENTENCES: Final[Mapping[Code, Sentence]] = MappingProxyType(_TABLE)

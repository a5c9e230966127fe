"""Everything that is told by mail: to whom it goes is the caller's, what it says is here, in French and in English.

No text names anybody. ``{name}`` stands for a reference of the template, nothing else; paths are of the console.
"""

from collections.abc import Mapping
from typing import Final

from beffroi.core.mailing import Pace
from beffroi.core.policy import Label
from beffroi.guard.notifying import person_templates
from beffroi.guard.notifying.references import Plain
from beffroi.guard.notifying.template_codes import Template, Text

SUSPENSIONS: Final[Mapping[str, Label]] = {
    "idle": Label("il n’a pas servi depuis longtemps", "it was not used for a long time"),
    "never-used": Label("il n’a jamais servi", "it was never used"),
    "unattested": Label(
        "son attestation de formation a pris fin", "its attestation of the awareness course has ended"
    ),
    "unreviewed": Label("personne n’a confirmé son utilité", "nobody confirmed that it is needed"),
    "nothing-left": Label("il n’a plus aucune habilitation", "it holds no habilitation any more"),
}
ESCALATIONS: Final[Mapping[str, Label]] = {
    "no-manager": Label("un organisme n’a plus de gestionnaire", "an organisation has no manager left"),
    "few-approvers": Label("il reste trop peu d’approbateurs", "too few approvers are left"),
    "few-founders": Label("il reste trop peu de fondateurs", "too few founders are left"),
}
MATTERS: Final[Mapping[str, Label]] = {
    "contract-missing": Label("un contrat à enregistrer", "a contract to record"),
    "contract-ends": Label("un contrat à renouveler", "a contract to renew"),
    "onboarding": Label("une liste d’entrée à compléter", "a check-list of entry to complete"),
    "opening": Label("un accès à ouvrir", "an access to open"),
    "offboarding": Label("une liste de sortie à compléter", "a check-list of exit to complete"),
    "audit-answers": Label("un audit à remplir", "an audit to answer"),
    "audit-next": Label("un audit à ouvrir", "an audit to open"),
    "correction": Label("une correction demandée par un audit", "a correction that an audit asked for"),
}
EXTENTS: Final[Mapping[str, Label]] = {
    "everything": Label("tout le réseau", "the whole network"),
    "application": Label("une application", "an application"),
    "organisation": Label("un organisme", "an organisation"),
    "line": Label("la lignée d’un compte", "the line of an account"),
    "account": Label("un compte", "an account"),
    "groups": Label("des groupes de champs", "field groups"),
    "files": Label("les dossiers d’un organisme", "the files of an organisation"),
}
_NOT_YOU: Final = Label(
    "Si ce n’était pas vous, prévenez aussitôt votre gestionnaire ou la sécurité, de vive voix.",
    "If it was not you, tell your manager or the security officers at once, in person or by phone.",
)
_COME_BACK: Final = Label(
    "Si vous en avez encore besoin, voyez votre gestionnaire : deux personnes doivent le rétablir.",
    "If you still need it, see your manager: two people must give it back.",
)
_STILL_HERE: Final = Label(
    "Si vous y travaillez encore, dites-le aussitôt à votre gestionnaire, de vive voix.",
    "If you still work there, tell your manager at once, in person or by phone.",
)

TEXTS: Final[Mapping[Template, Text]] = {
    Template.REQUEST_WAITING: Text(
        Pace.HOURLY,
        {"request": Plain.ID, "expires": Plain.DAY},
        "/demandes/{request}/",
        "/approbations/",
        Label("Une demande attend votre décision", "A request waits for your decision"),
        Label(
            "Une demande que vous pouvez approuver ou refuser a été déposée. Elle expire le {expires}.",
            "A request that you may approve or refuse was made. It expires on {expires}.",
        ),
        Label(
            "Lisez-la, vérifiez-la auprès de qui vous connaissez, puis décidez avec votre clé d’accès.",
            "Read it, check it with somebody you know, then decide with your passkey.",
        ),
        Label("Demandes qui attendent votre décision : {count}", "Requests that wait for your decision: {count}"),
    ),
    Template.REPORT_MADE: Text(
        Pace.HOURLY,
        {},
        "/signalements/",
        "/signalements/",
        Label("Une consultation est signalée", "A consultation was reported"),
        Label(
            "Une personne ne reconnaît pas une consultation de son dossier.",
            "A person does not recognise a consultation of their file.",
        ),
        Label(
            "Ouvrez les signalements, cherchez ce que le compte a fait, puis répondez à la personne.",
            "Open the reports, look at what the account did, then answer the person.",
        ),
        Label("Consultations signalées : {count}", "Consultations reported: {count}"),
    ),
    Template.REQUEST_APPROVED: Text(
        Pace.AT_ONCE,
        {"request": Plain.ID},
        "/demandes/{request}/",
        "/demandes/",
        Label("Votre demande est approuvée", "Your request was approved"),
        Label(
            "Une demande que vous avez faite est approuvée et prend effet.",
            "A request that you made was approved and takes effect.",
        ),
        Label(
            "Voyez ce qui suit. Si vous n’avez rien demandé, prévenez aussitôt la sécurité, de vive voix.",
            "See what follows. If you asked for nothing, tell the security officers at once, in person or by phone.",
        ),
        Label("Demandes approuvées : {count}", "Requests approved: {count}"),
    ),
    Template.REQUEST_REFUSED: Text(
        Pace.AT_ONCE,
        {"request": Plain.ID},
        "/demandes/{request}/",
        "/demandes/",
        Label("Votre demande est refusée", "Your request was refused"),
        Label("Une demande que vous avez faite est refusée.", "A request that you made was refused."),
        Label(
            "Lisez le motif. Si vous n’avez rien demandé, prévenez aussitôt la sécurité, de vive voix.",
            "Read the reason. If you asked for nothing, tell the security officers at once, in person or by phone.",
        ),
        Label("Demandes refusées : {count}", "Requests refused: {count}"),
    ),
    Template.CODE_CLOSED: Text(
        Pace.AT_ONCE,
        {"account": Plain.ID},
        "/comptes/{account}/",
        "/comptes/",
        Label("Un code d’activation est fermé", "An enrolment code was closed"),
        Label(
            "Un code d’activation remis à un collègue a été saisi cinq fois de travers : il ne sert plus. Quelqu’un"
            " cherche peut-être à le deviner.",
            "An enrolment code handed to a colleague was typed wrong five times: it serves no more. Somebody may be"
            " trying to guess it.",
        ),
        Label(
            "Demandez à ce collègue, de vive voix, si c’était lui ; sinon, prévenez la sécurité. Un autre code lui"
            " sera remis en personne.",
            "Ask that colleague, in person or by phone, whether it was them; otherwise tell the security officers."
            " Another code will be handed over in person.",
        ),
        Label("Codes d’activation fermés : {count}", "Enrolment codes closed: {count}"),
    ),
    Template.SIGN_IN_QUARANTINED: Text(
        Pace.AT_ONCE,
        {"account": Plain.ID},
        "/comptes/{account}/",
        "/demandes/identite/",
        Label("Une connexion est mise en quarantaine", "A sign-in was put in quarantine"),
        Label(
            "Une connexion vise un compte connu, par une autre identité ou par un fournisseur d’identité que"
            " son organisme n’accepte pas : elle a été refusée.",
            "A sign-in aims at a known account, with another identity or through an identity provider that"
            " its organisation does not accept: it was refused.",
        ),
        Label(
            "Voyez avec cette personne, de vive voix, si elle a changé d’identité ou de fournisseur ; si"
            " oui, demandez une preuve d’identité, ou que ce fournisseur soit accepté ; sinon prévenez la sécurité.",
            "Find out from that person, in person or by phone, whether their identity or provider changed; if"
            " so, ask for a new proof of identity, or for that provider to be accepted; if not, tell security.",
        ),
        Label("Connexions mises en quarantaine : {count}", "Sign-ins put in quarantine: {count}"),
    ),
    Template.IDENTITY_RESET: Text(
        Pace.AT_ONCE,
        {},
        "/mon-compte/",
        "/mon-compte/",
        Label("Votre identité doit être prouvée de nouveau", "Your identity must be proven again"),
        Label(
            "À la demande d’un gestionnaire, et avec l’accord d’une autre personne, vos moyens de confirmation ont"
            " été retirés et vos sessions fermées.",
            "At a manager’s request, and with another person’s agreement, your means of confirmation were taken away"
            " and your sessions ended.",
        ),
        Label(
            "Un code vous sera remis en personne, contre une pièce d’identité. Si vous n’étiez pas au courant,"
            " prévenez aussitôt la sécurité, de vive voix.",
            "A code will be handed to you in person, against an identity document. If you did not know, tell the"
            " security officers at once, in person or by phone.",
        ),
        Label("Nouvelles preuves d’identité : {count}", "New proofs of identity: {count}"),
    ),
    Template.FACTOR_ADDED: Text(
        Pace.AT_ONCE,
        {"on": Plain.DAY},
        "/mon-compte/",
        "/mon-compte/",
        Label("Un moyen de confirmation est ajouté", "A means of confirmation was added"),
        Label(
            "Le {on}, un moyen de confirmation (clé d’accès ou téléphone) a été ajouté à votre compte. Vos autres"
            " sessions sont fermées.",
            "On {on}, a means of confirmation (passkey or telephone) was added to your account. Your other sessions"
            " were ended.",
        ),
        _NOT_YOU,
        Label("Moyens de confirmation ajoutés : {count}", "Means of confirmation added: {count}"),
    ),
    Template.REVIEW_OPENED: Text(
        Pace.HOURLY,
        {"campaign": Plain.ID, "due": Plain.DAY},
        "/revues/{campaign}/",
        "/revues/",
        Label("Une revue des habilitations est ouverte", "A review of habilitations is open"),
        Label(
            "Vous pouvez dire qui garde son accès jusqu’au {due}. Ce que personne n’aura gardé sera suspendu.",
            "You may say who keeps access until {due}. What nobody has kept will be suspended.",
        ),
        Label("Ouvrez la liste et signez vos réponses.", "Open the list and sign your answers."),
        Label("Revues ouvertes : {count}", "Reviews open: {count}"),
    ),
    Template.REVIEW_REMINDER: Text(
        Pace.HOURLY,
        {"campaign": Plain.ID, "due": Plain.DAY, "left": Plain.COUNT},
        "/revues/{campaign}/",
        "/revues/",
        Label("Une revue attend encore des réponses", "A review still waits for answers"),
        Label(
            "Habilitations sans réponse : {left}. Le {due}, elles seront suspendues.",
            "Habilitations without an answer: {left}. On {due} they will be suspended.",
        ),
        Label("Ouvrez la liste et signez vos réponses.", "Open the list and sign your answers."),
        Label("Revues qui attendent des réponses : {count}", "Reviews that wait for answers: {count}"),
    ),
    Template.REVIEW_LAST_DAY: Text(
        Pace.HOURLY,
        {"campaign": Plain.ID, "due": Plain.DAY, "left": Plain.COUNT},
        "/revues/{campaign}/",
        "/revues/",
        Label("Dernier jour d’une revue", "Last day of a review"),
        Label(
            "Habilitations sans réponse : {left}. Sans réponse dans les 24 heures (le {due}), elles sont suspendues.",
            "Habilitations without an answer: {left}. Without one within 24 hours (on {due}) they are suspended.",
        ),
        Label("Ouvrez la liste et signez vos réponses aujourd’hui.", "Open the list and sign your answers today."),
        Label("Revues qui finissent sous 24 heures : {count}", "Reviews that end within 24 hours: {count}"),
    ),
    Template.REVIEW_CLOSED: Text(
        Pace.HOURLY,
        {"campaign": Plain.ID, "suspended": Plain.COUNT},
        "/revues/{campaign}/",
        "/revues/",
        Label("Une revue est close, des accès sont suspendus", "A review is closed, access was suspended"),
        Label(
            "Habilitations suspendues faute de réponse : {suspended}.",
            "Habilitations suspended for want of an answer: {suspended}.",
        ),
        Label(
            "Qui en a encore besoin revient par une demande de son gestionnaire.",
            "Whoever still needs theirs comes back by a request of their manager.",
        ),
        Label("Revues closes avec des suspensions : {count}", "Reviews closed with suspensions: {count}"),
    ),
    Template.REVIEW_SUSPENDED: Text(
        Pace.AT_ONCE,
        {},
        "/mon-compte/",
        "/mon-compte/",
        Label("Une de vos habilitations est suspendue", "One of your habilitations was suspended"),
        Label(
            "Personne n’a confirmé, lors de la revue de votre organisme, que vous en aviez encore besoin.",
            "Nobody confirmed, in your organisation’s review, that you still need it.",
        ),
        Label("Si vous en avez encore besoin, voyez votre gestionnaire.", "If you still need it, see your manager."),
        Label("Habilitations suspendues : {count}", "Habilitations suspended: {count}"),
    ),
    Template.IDLE_WARNED: Text(
        Pace.AT_ONCE,
        {"suspends": Plain.DAY},
        "/",
        "/",
        Label("Votre compte ne sert pas", "Your account is not in use"),
        Label(
            "Votre compte n’a pas servi depuis longtemps. Sans connexion, il sera suspendu le {suspends}.",
            "Your account was not used for a long time. Without a sign-in it will be suspended on {suspends}.",
        ),
        Label(
            "Connectez-vous pour le garder. Si vous n’en avez plus besoin, ne faites rien.",
            "Sign in to keep it. If you need it no more, do nothing.",
        ),
        Label("Avertissements d’inactivité : {count}", "Warnings of idleness: {count}"),
    ),
    Template.ATTESTATION_ENDING: Text(
        Pace.AT_ONCE,
        {"until": Plain.DAY},
        "/formation/",
        "/formation/",
        Label("Votre attestation de formation prend fin bientôt", "Your attestation of the course ends soon"),
        Label(
            "Elle vaut jusqu’au {until} ; après, vos accès s’arrêtent.",
            "It holds until {until}; after that your access stops.",
        ),
        Label(
            "Suivez le cours et passez l’examen avant ce jour.", "Take the course and pass the exam before that day."
        ),
        Label("Rappels de formation : {count}", "Reminders of the course: {count}"),
    ),
    Template.ACCOUNT_SUSPENDED: Text(
        Pace.AT_ONCE,
        {"reason": SUSPENSIONS},
        "/",
        "/",
        Label("Votre compte est suspendu", "Your account was suspended"),
        Label("Votre compte est suspendu : {reason}.", "Your account was suspended: {reason}."),
        _COME_BACK,
        Label("Suspensions de votre compte : {count}", "Suspensions of your account: {count}"),
    ),
    Template.SUSPENDED_BY_HAND: Text(
        Pace.AT_ONCE,
        {},
        "/",
        "/",
        Label("Une personne a suspendu votre compte", "Somebody suspended your account"),
        Label(
            "Votre organisme ou la sécurité vient de suspendre votre compte. Vos sessions sont fermées.",
            "Your organisation or the security officers have just suspended your account. Your sessions are closed.",
        ),
        Label(
            "Si vous n’en savez pas la raison, demandez-la de vive voix à votre gestionnaire ou à la sécurité.",
            "If you do not know why, ask your manager or the security officers, in person or by phone.",
        ),
        Label("Suspensions décidées par une personne : {count}", "Suspensions that somebody decided: {count}"),
    ),
    Template.APPLICATION_ENDED: Text(
        Pace.AT_ONCE,
        {},
        "/mon-compte/",
        "/mon-compte/",
        Label("Une application vous est fermée", "An application is closed to you"),
        Label(
            "L’une de vos habilitations n’ouvre plus l’une de ses applications.",
            "One of your habilitations no longer opens one of its applications.",
        ),
        Label(
            "Si vous en avez encore besoin, voyez votre gestionnaire : une demande approuvée vous la rendra.",
            "If you still need it, see your manager: a request that is approved will give it back.",
        ),
        Label("Applications fermées : {count}", "Applications closed: {count}"),
    ),
    Template.LEAVING: Text(
        Pace.AT_ONCE,
        {"on": Plain.DAY},
        "/mon-compte/",
        "/mon-compte/",
        Label("Vos accès à un organisme prendront fin", "Your access at an organisation will end"),
        Label(
            "Un organisme annonce votre départ : ce que vous y tenez prend fin à la fin du {on}.",
            "An organisation announces that you leave: what you hold there ends at the end of {on}.",
        ),
        _STILL_HERE,
        Label("Départs annoncés : {count}", "Departures announced: {count}"),
    ),
    Template.LEFT: Text(
        Pace.AT_ONCE,
        {},
        "/",
        "/",
        Label("Vos accès à un organisme sont fermés", "Your access at an organisation is closed"),
        Label(
            "Un organisme dit que vous l’avez quitté : ce que vous y teniez est fermé. Le reste ne change pas.",
            "An organisation says that you left it: what you held there is closed. The rest does not change.",
        ),
        _STILL_HERE,
        Label("Départs déclarés : {count}", "Departures declared: {count}"),
    ),
    Template.ESCALATED: Text(
        Pace.AT_ONCE,
        {"kind": ESCALATIONS},
        "/departs/attente/",
        "/departs/attente/",
        Label("Le réseau doit pourvoir un rôle", "The network must see to a role"),
        Label(
            "À régler au niveau du réseau : {kind}. Personne n’est nommé par une machine.",
            "For the network to put right: {kind}. Nobody is appointed by a machine.",
        ),
        Label("Faites une demande d’accès pour qui convient.", "Request access for whoever is fit."),
        Label("Rôles à pourvoir : {count}", "Roles to see to: {count}"),
    ),
    Template.PARTNER_DUE: Text(
        Pace.HOURLY,
        {"organisation": Plain.ID, "matter": MATTERS, "on": Plain.DAY},
        "/partenaires/{organisation}/",
        "/partenaires/",
        Label("Une échéance approche pour un partenaire", "Something is due for a partner"),
        Label("À faire pour le {on} : {matter}.", "To be done by {on}: {matter}."),
        Label(
            "Ouvrez la page du partenaire. Un contrat terminé ferme ses accès.",
            "Open the partner’s page. A contract that has ended closes its access.",
        ),
        Label("Échéances de partenaires : {count}", "Things due for partners: {count}"),
    ),
    Template.GLASS_WAITING: Text(
        Pace.HOURLY,
        {"on": Plain.DAY},
        "/urgences/",
        "/urgences/",
        Label("Une ouverture en urgence attend un avis", "An opening by break-glass waits for a verdict"),
        Label(
            "Un dossier a été ouvert en urgence, et personne n’a dit si c’était justifié. À examiner avant le {on}.",
            "A file was opened by break-glass, and nobody has said whether it was justified. Examine it by {on}.",
        ),
        Label(
            "Lisez le motif que l’agent a écrit, puis donnez votre avis.",
            "Read the reason that the agent typed, then give your verdict.",
        ),
        Label("Ouvertures en urgence à examiner : {count}", "Openings by break-glass to examine: {count}"),
    ),
    Template.CONTAINED: Text(
        Pace.AT_ONCE,
        {"extent": EXTENTS},
        "/confinement/",
        "/confinement/",
        Label("Un confinement est en cours", "A containment is in force"),
        Label(
            "Quelqu’un vient de confiner {extent}. Des agents ne peuvent plus travailler comme d’habitude.",
            "Somebody has just contained {extent}. Agents can no longer work as usual.",
        ),
        Label(
            "Voyez qui l’a décidé, et pourquoi. Le lever demande deux personnes.",
            "See who decided it, and why. Lifting it takes two people.",
        ),
        Label("Confinements décidés : {count}", "Containments decided: {count}"),
    ),
    **person_templates.TEXTS,
}

"""What is told by mail to those who answer what people ask about their own data, or see that somebody does; nobody is
named."""

from collections.abc import Mapping
from typing import Final

from beffroi.core.mailing import Pace
from beffroi.core.policy import Label
from beffroi.guard.notifying.references import Plain
from beffroi.guard.notifying.template_codes import Template, Text

TEXTS: Final[Mapping[Template, Text]] = {
    Template.FILE_CORRECTED: Text(
        Pace.HOURLY,
        {},
        "/demandes-des-personnes/",
        "/demandes-des-personnes/",
        Label("Un dossier que vous connaissez a été corrigé", "A file that you know was corrected"),
        Label(
            "À la demande d’une personne que votre structure connaît, un autre organisme a corrigé son dossier.",
            "At the request of a person known to your organisation, another organisation corrected their file.",
        ),
        Label(
            "Voyez lequel, et corrigez ce que vous en avez recopié ailleurs.",
            "See which one, and correct what you copied from it elsewhere.",
        ),
        Label("Dossiers corrigés ailleurs : {count}", "Files corrected elsewhere: {count}"),
    ),
    Template.PERSON_REQUEST_MADE: Text(
        Pace.HOURLY,
        {},
        "/demandes-des-personnes/",
        "/demandes-des-personnes/",
        Label("Une personne a fait une demande en ligne", "A person made a request on line"),
        Label(
            "Une personne que votre structure suit a fait une demande sur ses données depuis son espace.",
            "A person followed by your organisation asked something about their data in their own space.",
        ),
        Label("Vous avez un mois pour répondre.", "You have one month to answer."),
        Label("Demandes faites en ligne : {count}", "Requests made online: {count}"),
    ),
    Template.PERSON_REQUEST_DUE: Text(
        Pace.HOURLY,
        {"on": Plain.DAY},
        "/demandes-des-personnes/",
        "/demandes-des-personnes/",
        Label("Une demande attend votre réponse", "A request waits for your answer"),
        Label(
            "Une personne a fait une demande sur ses données. La réponse est due le {on} au plus tard.",
            "A person asked something about their data. The answer is due on {on} at the latest.",
        ),
        Label(
            "Répondez, ou prolongez le délai et dites-le à la personne.",
            "Answer, or extend the deadline and tell the person.",
        ),
        Label("Demandes de personnes à échéance proche : {count}", "People’s requests soon due: {count}"),
    ),
    Template.PERSON_REQUEST_LATE: Text(
        Pace.HOURLY,
        {"on": Plain.DAY},
        "/demandes-des-personnes/",
        "/demandes-des-personnes/",
        Label("Une demande a dépassé son délai", "A request is overdue"),
        Label(
            "Une personne a fait une demande sur ses données. La réponse était due le {on}.",
            "A person asked something about their data. The answer was due on {on}.",
        ),
        Label(
            "Répondez sans attendre, et dites à la personne pourquoi vous avez tardé.",
            "Answer without delay, and tell the person why you were late.",
        ),
        Label("Demandes de personnes en retard : {count}", "People’s requests overdue: {count}"),
    ),
    Template.PERSON_REQUEST_UNSERVED: Text(
        Pace.HOURLY,
        {},
        "/demandes/nouvelle/",
        "/demandes/nouvelle/",
        Label("Personne ne répond aux demandes sur les données", "Nobody answers requests about data"),
        Label(
            "Une personne a fait une demande sur ses données à votre structure, et personne ne répond ici.",
            "A person asked your organisation something about their data, and nobody answers here.",
        ),
        Label(
            "Habilitez un correspondant à la protection des données. La réponse est due dans le mois.",
            "Have a data protection correspondent habilitated. The answer is due within one month.",
        ),
        Label("Demandes de personnes auxquelles nul ne répond : {count}", "Requests nobody answers: {count}"),
    ),
}

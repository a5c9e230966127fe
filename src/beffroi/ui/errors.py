"""Pages shown when something fails: what happened, what still works, what to do; nothing about why inside.

`bad_request`, `forbidden`, `not_found` and `server_error` are for ``handler400`` … ``handler500``; the two
others are called by the views and middleware that know the situation. None touches session or database.
"""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext


@dataclass(frozen=True)
class ErrorText:
    """Words of one error page; `home` offers the way back to the first page."""

    status: int
    title: str
    text: str
    advice_title: str = ""
    advice: tuple[str, ...] = ()
    home: bool = True


def _texts(status: int) -> ErrorText:
    todo = gettext("Que faire ?")
    match status:
        case 400:
            return ErrorText(
                400,
                gettext("Cette demande est illisible"),
                gettext("Le navigateur a envoyé une demande que le service ne comprend pas. Rien n'a été modifié."),
                todo,
                (
                    gettext("Revenez à la page précédente et recommencez."),
                    gettext("Si vous avez suivi un lien, vérifiez qu'il est complet."),
                ),
            )
        case 403:
            return ErrorText(
                403,
                gettext("Cette page ne vous est pas ouverte"),
                gettext(
                    "Votre habilitation ne donne pas accès à cette page, ou elle est restée ouverte trop longtemps."
                ),
                todo,
                (
                    gettext("Revenez à l'accueil et recommencez : la page a peut-être expiré."),
                    gettext("Si votre travail demande cet accès, parlez-en à votre gestionnaire de comptes."),
                ),
            )
        case 404:
            return ErrorText(
                404,
                gettext("Cette page n'existe pas"),
                gettext("L'adresse est fausse ou incomplète, ou la page a été retirée."),
                todo,
                (gettext("Vérifiez l'adresse saisie."), gettext("Passez par l'accueil et la navigation.")),
            )
        case 429:
            return ErrorText(
                429,
                gettext("Trop de demandes en peu de temps"),
                gettext(
                    "Le service a reçu de votre compte un nombre de demandes inhabituel. Il fait une courte pause."
                ),
                todo,
                (
                    gettext("Attendez un instant, puis rechargez la page une seule fois."),
                    gettext("Si vous n'êtes pas à l'origine de ces demandes, prévenez votre référent de sécurité."),
                ),
            )
        case 503:
            return ErrorText(
                503,
                gettext("Le service de garde ne répond pas"),
                gettext(
                    "Aucun dossier ne peut être ouvert pour l'instant : sans la garde, rien n'est montré. "
                    "Ce que vous avez enregistré est conservé."
                ),
                gettext("Ce qui fonctionne encore"),
                (
                    gettext("Les rendez-vous du jour, avec leur heure et leur lieu, sans les identités."),
                    gettext("L'aide, les cours et la vérification d'un avis reçu."),
                    gettext("Vous pouvez recevoir les personnes : notez l'essentiel, vous le saisirez ensuite."),
                ),
            )
        case _:
            return ErrorText(
                500,
                gettext("Une erreur s'est produite"),
                gettext(
                    "Le service a rencontré une erreur. Elle est enregistrée. "
                    "Votre dernière action n'a peut-être pas abouti : vérifiez avant de la refaire."
                ),
                todo,
                (
                    gettext("Rechargez la page dans quelques minutes."),
                    gettext("Si l'erreur revient, donnez l'heure et la page à l'assistance."),
                ),
            )


def error_page(
    request: HttpRequest, status: int, *, reference: str = "", retry_after: int | None = None
) -> HttpResponse:
    """The page of `status` (400, 403, 404, 429, 500, 503; any other reads as 500).

    `reference` is an opaque identifier found in the logs; `retry_after`, in seconds, is written on the page and
    sent as Retry-After (RFC 9110 §10.2.3).
    """
    error = _texts(status)
    context = {"error": error, "reference": reference, "retry_after": retry_after}
    # No request given to the template: context processors could ask the guard or the session, which may be down.
    response = HttpResponse(render_to_string("ui/error_page.html", context), status=error.status)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """``handler400``."""
    return error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """``handler403``."""
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """``handler404``."""
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """``handler500``."""
    return error_page(request, 500)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """``CSRF_FAILURE_VIEW``: the page was kept open too long, or the form came from elsewhere."""
    return error_page(request, 403)


def too_many_requests(request: HttpRequest, *, retry_after: int) -> HttpResponse:
    """429, with the seconds to wait."""
    return error_page(request, 429, retry_after=retry_after)


def guard_unavailable(request: HttpRequest, *, retry_after: int = 30) -> HttpResponse:
    """503: the guard does not answer; says what still works."""
    return error_page(request, 503, retry_after=retry_after)

"""Problems as the guard answers them: RFC 9457 documents, in French unless English is preferred.

Every refusal of the decision has its sentence in :mod:`beffroi.core.sentences`; the ones below belong to the doors.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final

from beffroi.core.attachments import SENTENCES as ATTACHMENTS
from beffroi.core.awareness_sentences import SENTENCES as EXAMS
from beffroi.core.broken_glass import SENTENCES as BROKEN_GLASS
from beffroi.core.casefile import SENTENCES as WRITINGS
from beffroi.core.decision import Refusal
from beffroi.core.exporting_sentences import SENTENCES as HINDRANCES
from beffroi.core.messaging import SENTENCES as MESSAGES
from beffroi.core.objections import SENTENCES as OBJECTIONS
from beffroi.core.person_rights import SENTENCES as PERSON_REQUESTS
from beffroi.core.personal import SENTENCES as PERSONAL
from beffroi.core.refusals import Code, Sentence
from beffroi.core.relating_sentences import SENTENCES as OBSTACLES
from beffroi.core.restricting import SENTENCES as RESTRICTIONS
from beffroi.core.sentences import SENTENCES
from beffroi.guard.web.requests import NO_STORE, Answer, Call, Header
from beffroi.standards import problem

LANGUAGES: Final = ("fr", "en")
_TYPE: Final = "urn:beffroi:problem:"
_CONTENT: Final[Header] = (b"content-type", b"application/problem+json")
_LANGUAGE: Final[dict[str, Header]] = {tongue: (b"content-language", tongue.encode()) for tongue in LANGUAGES}
_CHALLENGE: Final[Header] = (b"www-authenticate", b'Bearer realm="beffroi"')
_VARY: Final[Header] = (b"vary", b"accept-language")


class Fault(StrEnum):
    """What is wrong with a request, or with the guard's own state, before any decision."""

    NOT_FOUND = "not-found"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    MALFORMED = "malformed"
    TOO_LARGE = "too-large"
    MEDIA_TYPE = "media-type"
    TOKEN_INVALID = "token-invalid"
    TOO_MANY_QUESTIONS = "too-many-questions"
    DUPLICATE = "duplicate"
    VERSION_CONFLICT = "version-conflict"
    WRITING_KEPT = "writing-kept"
    WRITING_NOT_YOURS = "writing-not-yours"
    WRITING_TOO_LATE = "writing-too-late"
    WRITING_UNSIGNED = "writing-unsigned"
    WRITING_TOO_MUCH = "writing-too-much"
    OVERLOADED = "overloaded"
    UNAVAILABLE = "unavailable"
    PAST_UNREADABLE = "past-unreadable"
    UNSEALED = "journal-unsealed"
    INTERNAL = "internal"


_FAULTS: Final[dict[str, Sentence]] = {
    Fault.NOT_FOUND: Sentence(
        404, "Adresse inconnue", "Cette adresse n’existe pas.", "Unknown address", "This address does not exist."
    ),
    Fault.METHOD_NOT_ALLOWED: Sentence(
        405,
        "Méthode non permise",
        "Cette adresse n’accepte pas cette méthode ; l’en-tête Allow donne celles qu’elle accepte.",
        "Method not allowed",
        "This address does not accept this method; the Allow header lists those it does.",
    ),
    Fault.MALFORMED: Sentence(
        400,
        "Demande mal formée",
        "La demande ne suit pas le format attendu ; « errors » dit où.",
        "Malformed request",
        "The request does not follow the expected format; “errors” says where.",
    ),
    Fault.TOO_LARGE: Sentence(
        413,
        "Demande trop grande",
        "La demande dépasse la taille acceptée à cette adresse.",
        "Request too large",
        "The request exceeds the size accepted at this address.",
    ),
    Fault.MEDIA_TYPE: Sentence(
        415,
        "Format non accepté",
        "Envoyez du JSON en UTF-8 (content-type: application/json).",
        "Format not accepted",
        "Send JSON in UTF-8 (content-type: application/json).",
    ),
    Fault.TOKEN_INVALID: Sentence(
        401,
        "Jeton d’application non valable",
        "Le jeton d’accès de l’application manque, est expiré ou n’est pas valable. Demandez-en un autre.",
        "Application token not valid",
        "The application’s access token is missing, expired or not valid. Request another one.",
    ),
    Fault.TOO_MANY_QUESTIONS: Sentence(
        429,
        "Trop de recherches",
        "Vous avez fait trop de recherches cette heure-ci. Réessayez à l’heure suivante.",
        "Too many questions",
        "You have asked too many questions this hour. Try again in the next hour.",
    ),
    Fault.DUPLICATE: Sentence(
        409,
        "Personne déjà connue",
        "Une personne répondant à ces éléments est déjà connue ; « matches » dit où elle est suivie.",
        "Person already known",
        "A person with these particulars is already known; “matches” says where they are followed.",
    ),
    Fault.VERSION_CONFLICT: Sentence(
        409,
        "Dossier modifié entre-temps",
        "Quelqu’un a modifié ce dossier depuis que vous l’avez ouvert. Rouvrez-le, puis refaites la modification.",
        "File changed meanwhile",
        "Somebody changed this file since you opened it. Open it again, then redo the change.",
    ),
    Fault.OVERLOADED: Sentence(
        503,
        "Affluence",
        "Trop de demandes attendent. Réessayez dans quelques secondes.",
        "Busy",
        "Too many requests are waiting. Try again in a few seconds.",
    ),
    Fault.UNAVAILABLE: Sentence(
        503,
        "Dossiers momentanément inaccessibles",
        "Les ouvertures ne peuvent pas être inscrites au journal ; aucune n’est donc accordée. Réessayez bientôt.",
        "Files inaccessible for the moment",
        "Openings cannot be recorded in the journal, so none is granted. Try again shortly.",
    ),
    Fault.PAST_UNREADABLE: Sentence(
        503,
        "Le passé ne se lit pas en entier",
        "Une partie du journal ancien manque ou n’est plus comme elle fut écrite ; rien n’est donc répondu.",
        "The past cannot be read whole",
        "Part of the old journal is missing or not as it was written, so nothing is answered.",
    ),
    Fault.UNSEALED: Sentence(
        503,
        "Dossiers momentanément inaccessibles",
        "Le journal des consultations n’est plus scellé ; rien n’est ouvert d’ici là. Réessayez bientôt.",
        "Files inaccessible for the moment",
        "The journal of consultations is not being sealed; nothing is opened until it is. Try again shortly.",
    ),
    Fault.INTERNAL: Sentence(
        500,
        "Erreur interne",
        "Une erreur interne s’est produite ; elle est consignée. Rien n’a été ouvert.",
        "Internal error",
        "An internal error occurred and was recorded. Nothing was opened.",
    ),
}
_SENTENCES: Final = {
    **_FAULTS,
    **{str(code): sentence for code, sentence in SENTENCES.items()},
    **{str(objection): sentence for objection, sentence in OBJECTIONS.items()},
    **{str(objection): sentence for objection, sentence in EXAMS.items()},
    **{str(objection): sentence for objection, sentence in WRITINGS.items()},
    **{str(objection): sentence for objection, sentence in PERSONAL.items()},
    **{str(objection): sentence for objection, sentence in PERSON_REQUESTS.items()},
    **{str(objection): sentence for objection, sentence in RESTRICTIONS.items()},
    **{str(obstacle): sentence for obstacle, sentence in OBSTACLES.items()},
    **{str(objection): sentence for objection, sentence in MESSAGES.items()},
    **{str(hindrance): sentence for hindrance, sentence in HINDRANCES.items()},
    **{str(objection): sentence for objection, sentence in BROKEN_GLASS.items()},
    **{str(obstacle): sentence for obstacle, sentence in ATTACHMENTS.items()},
}


def language_of(accept_language: bytes | None) -> str:
    """``fr`` or ``en``, from the raw header."""
    return problem.language(None if accept_language is None else accept_language.decode("latin-1"), LANGUAGES)


def sentence_of(code: str, tongue: str) -> tuple[str, str]:
    """Title and sentence of a code in ``fr`` or ``en``."""
    found = _SENTENCES[code]
    return (found.title_en, found.en) if tongue == "en" else (found.title_fr, found.fr)


def answer(
    code: str,
    accept_language: bytes | None,
    extensions: Mapping[str, object] | None = None,
    headers: tuple[Header, ...] = (),
) -> Answer:
    """The problem document of ``code`` (a :class:`Fault` or a refusal's :class:`Code`)."""
    tongue = language_of(accept_language)
    if extensions is None and not headers:
        return _plain(code, tongue)
    return _write(code, tongue, extensions, headers)


def reply(call: Call, code: str, extensions: Mapping[str, object] | None = None) -> Answer:
    """The problem document of ``code`` in the language this call prefers."""
    return answer(code, call.headers.get(b"accept-language"), extensions)


def refusal(refused: Refusal, accept_language: bytes | None, step_up_url: str) -> Answer:
    """The problem document of a denial, with the span of an exhausted budget or what a step-up must bring."""
    return answer(refused.code, accept_language, extensions_of(refused, step_up_url))


def extensions_of(refused: Refusal, step_up_url: str) -> dict[str, object] | None:
    """Members a denial adds: ``span``, or ``step_up`` with the level wanted and where to reach it."""
    if refused.code is Code.STEP_UP_REQUIRED and refused.demand is not None:
        level = int(refused.demand.level)
        return {"step_up": {"level": level, "max_age": refused.demand.factor_age, "url": step_up_url}}
    return {"span": refused.span} if refused.span is not None else None


def status_of(code: str) -> int:
    """HTTP status of a code."""
    return _SENTENCES[code].status


@lru_cache(maxsize=256)
def _plain(code: str, tongue: str) -> Answer:
    return _write(code, tongue, None, ())


def _write(code: str, tongue: str, extensions: Mapping[str, object] | None, headers: tuple[Header, ...]) -> Answer:
    status = _SENTENCES[code].status
    title, sentence = sentence_of(code, tongue)
    members: dict[str, object] = {"code": str(code), **(extensions or {})}
    body = problem.document(_TYPE + code, title, status, sentence, members)
    more: tuple[Header, ...] = ()
    if status == 401:
        more = (_CHALLENGE,)
    elif status == 503 or code == Fault.TOO_MANY_QUESTIONS:
        more = ((b"retry-after", b"2" if status == 503 else b"600"),)
    return Answer(status, (_CONTENT, _LANGUAGE[tongue], _VARY, NO_STORE, *more, *headers), body)

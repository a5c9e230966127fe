"""Pages that only say something: what happened, and what the person can do next."""

from typing import Final, NamedTuple

from beffroi.guard.signin import browser
from beffroi.guard.signin.pages import language, page, translate
from beffroi.guard.web.requests import Answer, Call, Header


class Message(NamedTuple):
    """Status, title and sentences, in French; every one has its English twin in ``sentences.py``."""

    status: int
    title: str
    sentences: tuple[str, ...]


WRONG_LINK: Final = Message(
    400,
    "Ce lien n’est pas valable",
    (
        "L’adresse qui vous a conduit ici est incomplète, ou l’application qu’elle nomme n’est pas ouverte.",
        "Revenez à votre application et connectez-vous depuis son accueil.",
    ),
)
OVER: Final = Message(
    400,
    "Cette connexion n’est plus en cours",
    (
        "Elle a pris trop de temps, ou cette page a déjà servi.",
        "Revenez à votre application et recommencez.",
    ),
)
NOT_IDENTIFIED: Final = Message(
    403,
    "L’identification n’a pas abouti",
    (
        "Votre fournisseur d’identité n’a pas confirmé qui vous êtes, ou pas assez sûrement pour ces dossiers.",
        "Recommencez depuis votre application. Si cela se reproduit, prévenez votre service informatique.",
    ),
)
UNKNOWN: Final = Message(
    403,
    "Vous n’avez pas d’accès ici",
    (
        "Votre identité est confirmée, mais aucun accès n’a été ouvert à votre nom.",
        "Demandez-le à la personne qui gère les comptes de votre organisme.",
    ),
)
SUSPENDED: Final = Message(
    403,
    "Votre accès est suspendu",
    (
        "Votre identité est confirmée, mais votre accès a été suspendu ou fermé.",
        "Adressez-vous à la personne qui gère les comptes de votre organisme.",
    ),
)
QUARANTINED: Final = Message(
    403,
    "Votre identité doit être vérifiée de nouveau",
    (
        "Vous vous présentez autrement que la fois précédente : autre fournisseur d’identité, ou compte recréé.",
        "Par précaution, votre accès attend une nouvelle preuve d’identité. "
        "Adressez-vous à la personne qui gère les comptes de votre organisme.",
    ),
)
UNSEEN_PROVIDER: Final = Message(
    403,
    "Fournisseur d’identité à vérifier",
    (
        "Votre organisme ne s’est encore jamais connecté par ce fournisseur d’identité, ou ne l’accepte plus. "
        "Rien n’a été ouvert.",
        "Prévenez la personne qui gère les comptes de votre organisme. Un code d’enrôlement qu’on vous aurait remis "
        "n’a pas servi : il vaut jusqu’à sa date.",
    ),
)
TOO_MANY: Final = Message(
    429,
    "Trop d’essais depuis cet endroit",
    ("Attendez un quart d’heure, puis recommencez depuis votre application.",),
)
PROVIDER_DOWN: Final = Message(
    503,
    "Le fournisseur d’identité ne répond pas",
    ("Personne ne peut se connecter pour le moment. Réessayez dans quelques minutes.",),
)
REFUSED_FORM: Final = Message(
    403,
    "Cette page ne vient pas d’ici",
    ("Par sécurité, rien n’a été fait. Revenez à votre application et recommencez.",),
)
SESSION_OVER: Final = Message(
    403,
    "Votre session est terminée",
    ("Il n’y a plus de session à confirmer dans ce navigateur.", "Revenez à votre application et reconnectez-vous."),
)
ADDED: Final = Message(
    200,
    "Moyen de confirmation enregistré",
    ("Il vous sera demandé à votre prochaine connexion. Vos autres sessions ont été fermées.",),
)
SIGNED_OUT: Final = Message(
    200,
    "Vous êtes déconnecté",
    ("Votre session est fermée. Sur un poste partagé, fermez aussi la fenêtre.",),
)
INTEGRITY: Final = Message(
    503,
    "Connexion impossible",
    ("Une anomalie a été constatée et signalée. Rien n’a été ouvert.", "Prévenez votre service informatique."),
)


def answer(
    call: Call, message: Message, *headers: Header, over: bool = False, link: str = "", link_text: str = ""
) -> Answer:
    """The page of a message; ``over`` takes the sign-in's cookie back."""
    tongue = language(call)
    if over:
        headers = (*headers, browser.clear(call, browser.SIGN_IN))
    if message.status in (429, 503):
        headers = (*headers, (b"retry-after", b"900" if message.status == 429 else b"60"))
    return page(
        call,
        "message.html",
        message.status,
        *headers,
        title=translate(tongue, message.title),
        sentences=[translate(tongue, sentence) for sentence in message.sentences],
        link=link,
        link_text=translate(tongue, link_text) if link_text else "",
    )


def said(call: Call, status: int, title: str, sentence: str, *, over: bool = False) -> Answer:
    """The page of a refusal whose words are the law's own, already in the reader's language."""
    headers = (browser.clear(call, browser.SIGN_IN),) if over else ()
    return page(call, "message.html", status, *headers, title=title, sentences=[sentence], link="", link_text="")

"""Pages that a person meets on the way to their space, in words that need no knowledge of computers."""

from typing import Final

from beffroi.guard.signin.messages import Message

CLOSED: Final = Message(
    503,
    "Votre espace n’est pas ouvert",
    (
        "Ici, on ne peut pas encore prouver son identité en ligne.",
        "Pour savoir qui a consulté votre dossier, demandez-le à votre mission locale.",
    ),
)
WRONG_LINK: Final = Message(
    400,
    "Ce lien n’est pas valable",
    ("L’adresse qui vous a conduit ici est incomplète.", "Revenez à la première page de votre espace."),
)
OVER: Final = Message(
    400,
    "Cette connexion n’est plus en cours",
    ("Elle a pris trop de temps, ou cette page a déjà servi.", "Revenez à votre espace et recommencez."),
)
NOT_IDENTIFIED: Final = Message(
    403,
    "L’identification n’a pas abouti",
    (
        "Votre identité n’a pas été confirmée, ou pas assez sûrement pour ouvrir un dossier.",
        "Vous pouvez recommencer, ou demander de l’aide à votre mission locale.",
    ),
)
NOT_FOUND: Final = Message(
    403,
    "Nous n’avons pas trouvé votre dossier",
    (
        "Votre identité est confirmée, mais aucun dossier ne lui correspond exactement.",
        "Votre nom est peut-être écrit autrement dans votre dossier, ou vous n’êtes pas encore inscrit.",
        "Allez à votre mission locale avec une pièce d’identité : on vérifiera avec vous.",
    ),
)
TOO_MANY: Final = Message(
    429,
    "Trop d’essais",
    ("Attendez un quart d’heure, puis recommencez.",),
)
PROVIDER_DOWN: Final = Message(
    503,
    "Le service d’identité ne répond pas",
    ("Personne ne peut se connecter pour le moment. Réessayez dans quelques minutes.",),
)
SIGNED_OUT: Final = Message(
    200,
    "Vous êtes déconnecté",
    ("Votre espace est fermé. Sur un appareil prêté ou partagé, fermez aussi la fenêtre.",),
)

"""The English of every sentence of the guard's pages; French, the source, is written where it is shown."""

from typing import Final

ENGLISH: Final[dict[str, str]] = {
    "Aller au contenu": "Skip to content",
    "Langue": "Language",
    "Identification des agents": "Staff sign-in",
    "Démonstration : toutes les personnes et tous les agents sont inventés.": (
        "Demonstration: every person and every member of staff is invented."
    ),
    "Cette page appartient au gardien des dossiers. Vérifiez son adresse dans votre navigateur avant d’utiliser "
    "votre clé d’accès.": (
        "This page belongs to the guard of the files. Check its address in your browser before using your passkey."
    ),
    # A new proof of identity
    "Votre identité doit être prouvée de nouveau : vos anciens moyens de confirmation ne valent plus. Si personne ne"
    " vous en a parlé, prévenez sans attendre la personne qui gère les comptes de votre organisme.": (
        "Your identity must be proven again: your former means of confirmation are no longer valid. If nobody told"
        " you about this, tell the person who manages accounts in your organisation at once."
    ),
    # Reviews
    "Signer une revue des habilitations": "Sign a review of habilitations",
    "Lisez avant de signer : c’est exactement cette liste que votre clé d’accès signera.": (
        "Read before you sign: this is exactly the list that your passkey will sign."
    ),
    "Organisme": "Organisation",
    "Habilitations gardées": "Habilitations kept",
    "Habilitations retirées": "Habilitations removed",
    "Perdent leur accès dès votre signature": "Lose their access as soon as you sign",
    "Gardent leur accès jusqu’à la prochaine revue": "Keep their access until the next review",
    "Empreinte de la liste :": "Fingerprint of the list:",
    "Signer": "Sign",
    "Vous répondez de cette revue : elle est inscrite au journal avec votre signature.": (
        "You answer for this review: it is recorded in the journal with your signature."
    ),
    "Signer avec ma clé d’accès": "Sign with my passkey",
    "La clé d’accès n’a pas répondu. Rien n’a été enregistré ; réessayez.": (
        "The passkey did not answer. Nothing was recorded; try again."
    ),
    "La clé d’accès n’a pas été reconnue. Rien n’a été enregistré ; réessayez.": (
        "The passkey was not recognised. Nothing was recorded; try again."
    ),
    "Signer demande une clé d’accès, et vous n’en avez pas.": "Signing takes a passkey, and you have none.",
    "Revenir sans signer": "Go back without signing",
    # Four eyes
    "Décider une demande": "Decide a request",
    "Lisez avant de décider : c’est exactement ce texte que votre clé d’accès signera.": (
        "Read before you decide: this is exactly the text that your passkey will sign."
    ),
    "Empreinte de la demande :": "Fingerprint of the request:",
    "Approuver": "Approve",
    "Vous répondez de cette décision : elle est inscrite au journal avec votre signature.": (
        "You answer for this decision: it is recorded in the journal with your signature."
    ),
    "Approuver avec ma clé d’accès": "Approve with my passkey",
    "La clé d’accès n’a pas répondu. Rien n’a été approuvé ; réessayez.": (
        "The passkey did not answer. Nothing was approved; try again."
    ),
    "La clé d’accès n’a pas été reconnue. Rien n’a été approuvé ; réessayez.": (
        "The passkey was not recognised. Nothing was approved; try again."
    ),
    "Approuver demande une clé d’accès, et vous n’en avez pas.": "Approving takes a passkey, and you have none.",
    "Refuser": "Refuse",
    "Pourquoi refusez-vous ?": "Why do you refuse?",
    "La personne qui a fait la demande lira ces mots.": "The person who made the request will read these words.",
    "Refuser la demande": "Refuse the request",
    "Écrivez en quelques mots pourquoi vous refusez (10 caractères au moins, 500 au plus).": (
        "Write in a few words why you refuse (10 characters at least, 500 at most)."
    ),
    "Revenir sans décider": "Go back without deciding",
    # Proof of identity
    "Remettre un code d’enrôlement": "Hand over an enrolment code",
    "Vous attestez avoir cette personne devant vous et avoir vu sa pièce d’identité.": (
        "You attest that this person is in front of you and that you saw their proof of identity."
    ),
    "Pièce d’identité vue": "Proof of identity seen",
    "Choisissez": "Choose",
    "Carte nationale d’identité": "National identity card",
    "Passeport": "Passport",
    "Titre de séjour": "Residence permit",
    "Permis de conduire": "Driving licence",
    "Carte d’agent public": "Public servant’s card",
    "Afficher le code": "Show the code",
    "Il ne sera montré qu’une fois. Un code remis auparavant ne vaudra plus rien.": (
        "It will be shown only once. A code handed over before will be worth nothing."
    ),
    "Indiquez la pièce d’identité que vous avez vue.": "Say which proof of identity you saw.",
    "Code d’enrôlement à remettre": "Enrolment code to hand over",
    "Dictez ce code ou donnez-le sur papier : jamais par courriel ni par messagerie. Il vaut sept jours et cinq "
    "essais.": (
        "Read this code out or give it on paper: never by e-mail or messaging. It lasts seven days and five tries."
    ),
    "La personne se connecte, choisit « J’ai reçu un code d’enrôlement », puis enregistre son moyen de "
    "confirmation.": (
        "The person signs in, chooses “I received an enrolment code”, then registers a means of confirmation."
    ),
    "Revenir sans remettre de code": "Go back without handing a code over",
    # Second factor
    "Confirmez que c’est bien vous": "Confirm that it is you",
    "Ce que vous allez faire demande une confirmation récente.": (
        "What you are about to do needs a recent confirmation."
    ),
    "Avec votre clé d’accès": "With your passkey",
    "Votre appareil ou votre clé de sécurité vous demandera votre empreinte, votre visage ou votre code.": (
        "Your device or security key will ask for your fingerprint, your face or your code."
    ),
    "Utiliser ma clé d’accès": "Use my passkey",
    "La clé d’accès n’a pas répondu. Réessayez, ou utilisez un autre appareil où elle est enregistrée.": (
        "The passkey did not answer. Try again, or use another device on which it is registered."
    ),
    "La clé d’accès a besoin de JavaScript, désactivé dans ce navigateur.": (
        "Passkeys need JavaScript, which is switched off in this browser."
    ),
    "Avec le code de votre application": "With the code of your application",
    "Code à six chiffres": "Six-digit code",
    "Il change toutes les trente secondes et ne sert qu’une fois.": (
        "It changes every thirty seconds and works only once."
    ),
    "Confirmer": "Confirm",
    "Aucun de vos moyens de confirmation ne suffit pour cela. Demandez une clé d’accès à la personne qui gère "
    "les comptes de votre organisme.": (
        "None of your means of confirmation is strong enough for this. Ask the person who manages your "
        "organisation’s accounts for a passkey."
    ),
    "J’ai reçu un code d’enrôlement": "I have received an enrolment code",
    "Revenir sans confirmer": "Go back without confirming",
    "Trop de codes faux : cette application est bloquée jusqu’à {hour}.": (
        "Too many wrong codes: this application is locked until {hour}."
    ),
    "Trop de codes faux : cette application est bloquée jusqu’à demain {hour}.": (
        "Too many wrong codes: this application is locked until tomorrow {hour}."
    ),
    "Cette clé d’accès semble avoir été copiée : elle vient d’être retirée. Prévenez votre responsable sécurité.": (
        "This passkey seems to have been copied: it has just been removed. Tell your security officer."
    ),
    "Cela n’a pas été reconnu. Vérifiez, puis réessayez : un code ne sert qu’une fois.": (
        "That was not recognised. Check, then try again: a code works only once."
    ),
    # Enrolment
    "Votre code d’enrôlement": "Your enrolment code",
    "Pour enregistrer votre moyen de confirmation, saisissez le code que l’on vous a remis en main propre ou par "
    "téléphone. Il n’est jamais envoyé par courriel.": (
        "To register your means of confirmation, enter the code that was given to you in person or by telephone. It "
        "is never sent by e-mail."
    ),
    "Code d’enrôlement": "Enrolment code",
    # The personal space, with a code handed over
    "Votre code d’accès": "Your access code",
    "Saisissez le code imprimé que votre mission locale vous a remis. Il sert une seule fois, et montre seulement "
    "qui a consulté votre dossier.": (
        "Type the printed code that your mission locale gave you. It works once, and only shows who consulted your "
        "file."
    ),
    "Code remis": "Code you were given",
    "Entrer dans mon espace": "Enter my space",
    "Ne donnez ce code à personne. S’il est perdu, demandez-en un autre : l’ancien ne servira plus.": (
        "Give this code to nobody. If it is lost, ask for another one: the old one will not work any more."
    ),
    "Ce code n’est pas le bon, a expiré ou a déjà servi. Après cinq erreurs, demandez-en un autre à votre mission "
    "locale.": (
        "This code is wrong, has expired or was already used. After five errors, ask your mission locale for another."
    ),
    "Seize lettres et chiffres, par groupes de quatre. Majuscules ou minuscules, avec ou sans tirets.": (
        "Sixteen letters and digits, in groups of four. Capitals or not, with or without hyphens."
    ),
    "Continuer": "Continue",
    "Vous n’avez pas de code, ou il ne fonctionne plus ? Adressez-vous à la personne qui gère les comptes de votre "
    "organisme : personne ne peut rétablir un accès seul.": (
        "No code, or one that no longer works? Ask the person who manages your organisation’s accounts: nobody can "
        "restore an access alone."
    ),
    "Ce code n’est pas le bon, a expiré ou a déjà servi. Après cinq erreurs, il faut en demander un autre.": (
        "This code is wrong, has expired or was already used. After five errors, another one must be asked for."
    ),
    "Enregistrez votre moyen de confirmation": "Register your means of confirmation",
    "Il vous sera demandé à chaque connexion. Vos autres sessions seront fermées.": (
        "You will be asked for it at each sign-in. Your other sessions will be closed."
    ),
    "Une clé d’accès": "A passkey",
    "La plus sûre : elle ne fonctionne que sur ce site et ne peut pas être recopiée par un faux.": (
        "The safest: it works on this site only and cannot be copied by a fake one."
    ),
    "Enregistrer une clé d’accès": "Register a passkey",
    "La clé d’accès n’a pas été enregistrée. Réessayez, ou utilisez un autre appareil.": (
        "The passkey was not registered. Try again, or use another device."
    ),
    "Une application de codes": "A code application",
    "Lisez ce dessin avec l’application de votre téléphone.": "Scan this picture with the application on your phone.",
    "Code QR de votre application de codes": "QR code for your code application",
    "Je ne peux pas lire le dessin": "I cannot scan the picture",
    "Saisissez cette clé dans l’application :": "Enter this key in the application:",
    "Saisissez le code qu’elle affiche.": "Enter the code it shows.",
    "Enregistrer l’application": "Register the application",
    "Ce moyen de confirmation n’a pas été reconnu. Réessayez.": (
        "This means of confirmation was not recognised. Try again."
    ),
    "Cette clé d’accès est déjà enregistrée, ou vous en avez trop. Utilisez-en une autre.": (
        "This passkey is already registered, or you have too many. Use another one."
    ),
    # Messages
    "Ce lien n’est pas valable": "This link is not valid",
    "L’adresse qui vous a conduit ici est incomplète, ou l’application qu’elle nomme n’est pas ouverte.": (
        "The address that brought you here is incomplete, or the application it names is not open."
    ),
    "Revenez à votre application et connectez-vous depuis son accueil.": (
        "Go back to your application and sign in from its home page."
    ),
    "Cette connexion n’est plus en cours": "This sign-in is no longer under way",
    "Elle a pris trop de temps, ou cette page a déjà servi.": "It took too long, or this page was already used.",
    "Revenez à votre application et recommencez.": "Go back to your application and start again.",
    "L’identification n’a pas abouti": "You could not be identified",
    "Votre fournisseur d’identité n’a pas confirmé qui vous êtes, ou pas assez sûrement pour ces dossiers.": (
        "Your identity provider did not confirm who you are, or not surely enough for these files."
    ),
    "Recommencez depuis votre application. Si cela se reproduit, prévenez votre service informatique.": (
        "Start again from your application. If it happens again, tell your IT department."
    ),
    "Vous n’avez pas d’accès ici": "You have no access here",
    "Votre identité est confirmée, mais aucun accès n’a été ouvert à votre nom.": (
        "Your identity is confirmed, but no access has been opened in your name."
    ),
    "Demandez-le à la personne qui gère les comptes de votre organisme.": (
        "Ask the person who manages your organisation’s accounts."
    ),
    "Votre accès est suspendu": "Your access is suspended",
    "Votre identité est confirmée, mais votre accès a été suspendu ou fermé.": (
        "Your identity is confirmed, but your access has been suspended or closed."
    ),
    "Adressez-vous à la personne qui gère les comptes de votre organisme.": (
        "Contact the person who manages your organisation’s accounts."
    ),
    "Votre identité doit être vérifiée de nouveau": "Your identity must be verified again",
    "Vous vous présentez autrement que la fois précédente : autre fournisseur d’identité, ou compte recréé.": (
        "You come in differently from last time: another identity provider, or an account made anew."
    ),
    "Par précaution, votre accès attend une nouvelle preuve d’identité. "
    "Adressez-vous à la personne qui gère les comptes de votre organisme.": (
        "As a precaution, your access awaits a new proof of identity. "
        "Contact the person who manages your organisation’s accounts."
    ),
    "Fournisseur d’identité à vérifier": "Identity provider to be checked",
    "Votre organisme ne s’est encore jamais connecté par ce fournisseur d’identité, ou ne l’accepte plus. "
    "Rien n’a été ouvert.": (
        "Your organisation has never come in through this identity provider, or accepts it no longer. "
        "Nothing was opened."
    ),
    "Prévenez la personne qui gère les comptes de votre organisme. Un code d’enrôlement qu’on vous aurait remis "
    "n’a pas servi : il vaut jusqu’à sa date.": (
        "Tell the person who manages your organisation’s accounts. An enrolment code that you may have been handed "
        "has not been used: it is good until its date."
    ),
    "Trop d’essais depuis cet endroit": "Too many attempts from this place",
    "Attendez un quart d’heure, puis recommencez depuis votre application.": (
        "Wait a quarter of an hour, then start again from your application."
    ),
    "Le fournisseur d’identité ne répond pas": "The identity provider does not answer",
    "Personne ne peut se connecter pour le moment. Réessayez dans quelques minutes.": (
        "Nobody can sign in at the moment. Try again in a few minutes."
    ),
    "Cette page ne vient pas d’ici": "This page does not come from here",
    "Par sécurité, rien n’a été fait. Revenez à votre application et recommencez.": (
        "To be safe, nothing was done. Go back to your application and start again."
    ),
    "Votre session est terminée": "Your session is over",
    "Il n’y a plus de session à confirmer dans ce navigateur.": (
        "There is no session left to confirm in this browser."
    ),
    "Revenez à votre application et reconnectez-vous.": "Go back to your application and sign in again.",
    "Moyen de confirmation enregistré": "Means of confirmation registered",
    "Il vous sera demandé à votre prochaine connexion. Vos autres sessions ont été fermées.": (
        "You will be asked for it at your next sign-in. Your other sessions have been closed."
    ),
    "Vous êtes déconnecté": "You are signed out",
    "Votre session est fermée. Sur un poste partagé, fermez aussi la fenêtre.": (
        "Your session is closed. On a shared computer, close the window too."
    ),
    "Connexion impossible": "Sign-in impossible",
    "Une anomalie a été constatée et signalée. Rien n’a été ouvert.": (
        "Something abnormal was found and reported. Nothing was opened."
    ),
    "Prévenez votre service informatique.": "Tell your IT department.",
    "Revenir à l’application": "Back to the application",
    # The personal space
    "Mon espace": "My space",
    "Cette page appartient au gardien des dossiers. Il ne voit jamais votre mot de passe.": (
        "This page belongs to the guard of the files. It never sees your password."
    ),
    "Votre espace n’est pas ouvert": "Your space is not open",
    "Ici, on ne peut pas encore prouver son identité en ligne.": "Here, one cannot prove one’s identity online yet.",
    "Pour savoir qui a consulté votre dossier, demandez-le à votre mission locale.": (
        "To know who consulted your file, ask your mission locale."
    ),
    "L’adresse qui vous a conduit ici est incomplète.": "The address that led you here is incomplete.",
    "Revenez à la première page de votre espace.": "Go back to the first page of your space.",
    "Revenez à votre espace et recommencez.": "Go back to your space and start again.",
    "Votre identité n’a pas été confirmée, ou pas assez sûrement pour ouvrir un dossier.": (
        "Your identity was not confirmed, or not surely enough to open a file."
    ),
    "Vous pouvez recommencer, ou demander de l’aide à votre mission locale.": (
        "You can start again, or ask your mission locale for help."
    ),
    "Nous n’avons pas trouvé votre dossier": "We did not find your file",
    "Votre identité est confirmée, mais aucun dossier ne lui correspond exactement.": (
        "Your identity is confirmed, but no file matches it exactly."
    ),
    "Votre nom est peut-être écrit autrement dans votre dossier, ou vous n’êtes pas encore inscrit.": (
        "Your name may be written differently in your file, or you are not registered yet."
    ),
    "Allez à votre mission locale avec une pièce d’identité : on vérifiera avec vous.": (
        "Go to your mission locale with an identity document: they will check with you."
    ),
    "Trop d’essais": "Too many attempts",
    "Attendez un quart d’heure, puis recommencez.": "Wait a quarter of an hour, then start again.",
    "Le service d’identité ne répond pas": "The identity service does not answer",
    "Votre espace est fermé. Sur un appareil prêté ou partagé, fermez aussi la fenêtre.": (
        "Your space is closed. On a device that is lent or shared, close the window too."
    ),
    "Revenir à mon espace": "Back to my space",
}

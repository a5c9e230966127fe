"""Every page of the guard; messages under the name that it gives them."""

from tests.browser.sheet import Sheet

GUARD = {
    "factor": Sheet("factor.html", "Confirmez que c.est bien vous", "Confirm that it is you", "/sign-in/factor"),
    "code": Sheet("code.html", "Votre code d.enrôlement", "Your enrolment code", "/sign-in/enrol"),
    "enrol": Sheet("enrol.html", "Enregistrez votre moyen", "Register your means", "/sign-in/enrol"),
    "invitation": Sheet("invitation.html", "Votre code d.accès", "Your access code", "/person/code"),
    "approval": Sheet("approval.html", "Demande d.accès", "Request for access", "/approvals/decide"),
    "approval-provider": Sheet("approval.html", "Fournisseur d.identité", "Identity provider", "/approvals/decide"),
    "approval-identity": Sheet(
        "approval.html", "Nouvelle preuve d.identité", "New proof of identity", "/approvals/decide"
    ),
    "proof": Sheet("proof.html", "Remettre un code", "Hand over an enrolment", "/proofs/hand-over"),
    "handed": Sheet(
        "handed.html", "Code d.enrôlement à remettre", "Enrolment code to hand over", "/proofs/hand-over"
    ),
    "review-sign": Sheet("review.html", "Signer une revue", "Sign a review", "/reviews/decide"),
    "WRONG_LINK": Sheet("message.html", "lien n.est pas valable", "link is not valid"),
    "OVER": Sheet("message.html", "n.est plus en cours", "no longer under way"),
    "NOT_IDENTIFIED": Sheet("message.html", "n.a pas abouti", "could not be identified", "/sign-in/callback"),
    "UNKNOWN": Sheet("message.html", "pas d.accès ici", "no access here", "/sign-in/callback"),
    "SUSPENDED": Sheet("message.html", "accès est suspendu", "access is suspended"),
    "QUARANTINED": Sheet("message.html", "vérifiée de nouveau", "verified again", "/sign-in/callback"),
    "UNSEEN_PROVIDER": Sheet(
        "message.html", "Fournisseur d.identité à vérifier", "Identity provider to be checked", "/sign-in/callback"
    ),
    "TOO_MANY": Sheet("message.html", "Trop d.essais", "Too many attempts"),
    "PROVIDER_DOWN": Sheet("message.html", "ne répond pas", "does not answer"),
    "REFUSED_FORM": Sheet("message.html", "ne vient pas d.ici", "does not come from here"),
    "SESSION_OVER": Sheet("message.html", "session est terminée", "session is over"),
    "ADDED": Sheet("message.html", "confirmation enregistré", "confirmation registered", "/sign-in/enrol"),
    "SIGNED_OUT": Sheet("message.html", "Vous êtes déconnecté", "signed out", "/sign-out"),
    "INTEGRITY": Sheet("message.html", "Connexion impossible", "Sign-in impossible"),
    "PERSON_CLOSED": Sheet("message.html", "espace n.est pas ouvert", "space is not open"),
    "PERSON_WRONG_LINK": Sheet("message.html", "lien n.est pas valable", "link is not valid"),
    "PERSON_OVER": Sheet("message.html", "n.est plus en cours", "no longer under way", "/person/callback"),
    "PERSON_NOT_IDENTIFIED": Sheet("message.html", "n.a pas abouti", "could not be identified", "/person/callback"),
    "PERSON_NOT_FOUND": Sheet(
        "message.html", "pas trouvé votre dossier", "did not find your file", "/person/callback"
    ),
    "PERSON_TOO_MANY": Sheet("message.html", "Trop d.essais", "Too many attempts"),
    "PERSON_PROVIDER_DOWN": Sheet("message.html", "ne répond pas", "does not answer"),
    "PERSON_SIGNED_OUT": Sheet("message.html", "Vous êtes déconnecté", "signed out", "/person/signed-out"),
}

"""Addresses of sign-in, membership and account."""

from django.urls import path

from beffroi.governance.directory.web import account, sign_in

app_name = "directory"

urlpatterns = [
    path("", sign_in.home, name="home"),
    path("accueil/", account.start, name="start"),
    path("connexion/", sign_in.depart, name="sign_in"),
    path("retour/", sign_in.arrive, name="return"),
    path("confirmation/", sign_in.depart_keeping, name="depart_keeping"),
    path("deconnexion/", sign_in.leave, name="sign_out"),
    path("deconnexion/partout/", sign_in.leave_everywhere, name="sign_out_everywhere"),
    path("structures/", account.choice, name="choice"),
    path("mon-compte/", account.account, name="account"),
    path("accessibilite/", account.accessibility, name="accessibility"),
]

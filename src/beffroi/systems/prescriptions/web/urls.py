"""Addresses of the catalogue and of prescriptions. None carries an identifying value: people go by random id."""

from django.urls import path

from beffroi.systems.prescriptions.web import catalogue, file, keeping, received, sending, sent

app_name = "prescriptions"

urlpatterns = [
    path("catalogue/", catalogue.search, name="catalogue"),
    path("catalogue/<uuid:session>/", catalogue.show, name="session"),
    path("catalogue/<uuid:session>/prescrire/", sending.choose, name="choose"),
    path("catalogue/<uuid:session>/prescrire/<uuid:person>/", sending.send, name="send"),
    path("prescriptions/", sent.own, name="sent"),
    path("prescriptions/recues/", received.queue, name="received"),
    path("prescriptions/recues/<uuid:prescription>/", received.one, name="received_one"),
    path("prescriptions/<uuid:prescription>/", sent.one, name="sent_one"),
    path("personnes/<uuid:person>/prescriptions/", sent.of_person, name="of_person"),
    path("sessions/", keeping.own, name="sessions"),
    path("sessions/nouvelle/", keeping.new, name="new"),
    path("sessions/fichier/", file.take_in, name="file"),
    path("sessions/export.csv", file.export, name="export"),
    path("sessions/<uuid:session>/modifier/", keeping.change, name="change"),
    path("sessions/<uuid:session>/annulation/", keeping.cancel, name="cancel"),
]

"""Addresses of quotes and invoices. Documents go by random id; none carries anything of a person."""

from django.urls import path

from beffroi.systems.invoicing.web import invoices, particulars, quotes

app_name = "invoicing"

urlpatterns = [
    path("devis/", quotes.quotes, name="quotes"),
    path("devis/nouveau/", quotes.choose, name="choose"),
    path("devis/nouveau/<uuid:session>/", quotes.new, name="new"),
    path("devis/<uuid:quote>/", quotes.quote, name="quote"),
    path("devis/<uuid:quote>/modifier/", quotes.change, name="change"),
    path("devis/<uuid:quote>/devis.pdf", quotes.pdf, name="quote_pdf"),
    path("devis/mentions-legales/", particulars.particulars, name="particulars"),
    path("devis/factures/", invoices.invoices, name="invoices"),
    path("devis/factures/<uuid:invoice>/", invoices.invoice, name="invoice"),
    path("devis/factures/<uuid:invoice>/facture.pdf", invoices.pdf, name="invoice_pdf"),
    path("devis/factures/<uuid:invoice>/avoir.pdf", invoices.credit_pdf, name="credit_pdf"),
]

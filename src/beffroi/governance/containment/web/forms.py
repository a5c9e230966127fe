"""What to cut, one small form for each kind of thing; the guard judges everything again."""

from django import forms
from django.utils.translation import gettext_lazy as _

from beffroi.client.containment import Options
from beffroi.governance.containment.web import words
from beffroi.ui import field_groups


class Anything(forms.Form):
    """The kind of thing to cut, and what of it."""

    kind: forms.Field = forms.CharField(widget=forms.HiddenInput, max_length=20)

    def target(self) -> tuple[str, str | None, str | None, tuple[str, ...]]:
        """Kind, scope, address and groups, as the guard takes them."""
        typed = self.cleaned_data
        return typed["kind"], typed.get("scope") or None, typed.get("email") or None, tuple(typed.get("groups") or ())


class OneApplication(Anything):
    """An application."""

    scope = forms.ChoiceField(label=_("Application"))


class OneOrganisation(Anything):
    """An organisation."""

    scope = forms.ChoiceField(label=_("Organisme"))


class OneOrganisationsFiles(Anything):
    """The files of an organisation, or of all organisations of a kind."""

    scope = forms.ChoiceField(label=_("Dossiers de"))


class OneAccount(Anything):
    """An account, by its professional address, alone or with its line."""

    kind = forms.ChoiceField(
        label=_("Étendue"),
        choices=(("line", _("Ce compte et sa lignée")), ("account", _("Ce compte seul"))),
        help_text=_(
            "Sa lignée : les comptes qu'il a demandés ou accordés, et ceux que ces comptes ont demandés ou accordés "
            "à leur tour."
        ),
        widget=forms.RadioSelect,
        initial="line",
    )
    email = forms.EmailField(
        label=_("Adresse professionnelle"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ("email", "kind")


class SomeGroups(Anything):
    """Field groups, for everybody."""

    groups = forms.MultipleChoiceField(label=_("Champs à retirer"), widget=forms.CheckboxSelectMultiple)


class Forms:
    """The forms that this person's options give; ``bound`` is the one that was sent, with its errors."""

    def __init__(self, options: Options, sent: dict[str, object] | None = None) -> None:
        kinds = {choice.code for choice in options.kinds}
        sent_kind = None if sent is None else str(sent.get("kind", ""))
        self.bound: Anything | None = None
        self.everything = "everything" in kinds
        self.account = self._of(OneAccount, {"account", "line"} & kinds, sent, sent_kind)
        self.application = self._of(OneApplication, {"application"} & kinds, sent, sent_kind)
        self.organisation = self._of(OneOrganisation, {"organisation"} & kinds, sent, sent_kind)
        self.files = self._of(OneOrganisationsFiles, {"files"} & kinds, sent, sent_kind)
        self.groups = self._of(SomeGroups, {"groups"} & kinds, sent, sent_kind)
        if sent_kind == "everything" and sent is not None:
            self.bound = Anything(sent)
        _choose(self.application, "scope", [(place.id, place.name) for place in options.applications])
        _choose(self.organisation, "scope", [(place.id, place.name) for place in options.organisations])
        every_one = [(each.code, words.said(each.label)) for each in options.organisation_kinds]
        _choose(self.files, "scope", every_one + [(place.id, place.name) for place in options.organisations])
        _choose(self.groups, "groups", [(code, field_groups.name(code)) for code in options.groups])

    def _of(
        self, form: type[Anything], kinds: set[str], sent: dict[str, object] | None, sent_kind: str | None
    ) -> Anything | None:
        if not kinds:
            return None
        prefix = min(kinds)
        if sent_kind in kinds:
            self.bound = form(sent, auto_id=f"{prefix}_%s")
            return self.bound
        initial = {"kind": "line" if "line" in kinds else prefix}
        return form(initial=initial, auto_id=f"{prefix}_%s")


def _choose(form: Anything | None, name: str, choices: list[tuple[str, str]]) -> None:
    if form is not None:
        field = form.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

"""Adding an attachment: what it is, and the file itself, read in memory and never written to the console's disk."""

from typing import Any, Final
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beffroi.core.attachment_kinds import LARGEST_ATTACHMENT
from beffroi.ui.attachments import KINDS, size

ACCEPTED: Final = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"


class Document(forms.FileField):
    """A file of the size that any policy accepts; its clean value is its content. The guard alone judges the type."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Fichier"),
            error_messages={
                "required": _(
                    "Choisissez un fichier PDF, JPEG ou PNG. Si vous l'aviez déjà choisi, choisissez-le de nouveau."
                ),
                "empty": _("Ce fichier est vide."),
            },
            widget=forms.FileInput(attrs={"accept": ACCEPTED}),
            max_length=None,
        )

    def clean(self, data: Any, initial: Any = None) -> bytes:
        """The content. Raises ValidationError."""
        content: bytes = super().clean(data, initial).read(LARGEST_ATTACHMENT + 1)
        if len(content) > LARGEST_ATTACHMENT:
            raise forms.ValidationError(too_large(LARGEST_ATTACHMENT))
        return content


class Adding(forms.Form):
    """``id`` is drawn with the form, so that a form sent twice adds one attachment."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("Nature du document"),
        choices=[("", _("Choisissez")), *((each.value, word) for each, word in KINDS.items())],
        help_text=_("Pour une pièce d'identité, une confirmation récente de votre identité est demandée."),
    )
    file = Document()

    def __init__(self, *args: Any, largest: int = LARGEST_ATTACHMENT, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["id"].initial = uuid4
        self.fields["file"].help_text = gettext(
            "PDF, JPEG ou PNG, %(size)s au plus. Le nom du fichier n'est pas conservé ; la position et l'appareil "
            "sont retirés des photos."
        ) % {"size": size(largest)}

    def clean_id(self) -> str:
        """As the guard writes it."""
        found: UUID = self.cleaned_data["id"]
        return str(found)


def too_large(most: int) -> str:
    """What a file past the limit is told."""
    return gettext("Ce fichier dépasse %(size)s : réduisez-le, ou numérisez-le avec moins de détails.") % {
        "size": size(most)
    }

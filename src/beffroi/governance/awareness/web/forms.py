"""The exam as a form: one group of choices a question, all of them to be answered."""

from django import forms
from django.utils.translation import gettext

from beffroi.client.awareness import Exam, Question
from beffroi.ui.formatting import french, language_of


class ExamForm(forms.Form):
    """Questions in the order drawn; what was ticked is shown again when one was left out."""

    def __init__(self, exam: Exam, language: str, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        for number, question in enumerate(exam.questions, start=1):
            self.fields[question.code] = _field(number, question, language_of(language))

    def answers(self) -> dict[str, list[int]]:
        """The choices given, by question. Valid forms only."""
        return {
            code: [int(each) for each in (given if isinstance(given, list) else [given])]
            for code, given in self.cleaned_data.items()
        }


def _field(number: int, question: Question, language: str) -> forms.Field:
    def written(text: str) -> str:
        return french(text) if language == "fr" else text

    label = f"{number}. {written(question.text)}"
    choices = [(str(choice.id), written(choice.text)) for choice in question.choices]
    missing = {"required": gettext("Répondez à cette question.")}
    if question.several:
        return forms.MultipleChoiceField(
            label=label, choices=choices, widget=forms.CheckboxSelectMultiple, error_messages=missing
        )
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, error_messages=missing)

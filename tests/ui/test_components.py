"""Components render what they are given: escaped, said in words, without script or style attributes."""

import re
from datetime import UTC, datetime

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation

from beffroi.ui import charts
from beffroi.ui.components import Cell, Column, Entry, Table


def render(source: str, **context: object) -> str:
    return Template("{% load components formats %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("kind", "word"),
    [("info", "Information"), ("success", "Succès"), ("warning", "Attention"), ("danger", "Alerte")],
)
def test_blind_reader_notice_says_its_kind(kind: str, word: str) -> None:
    assert f'<span class="visually-hidden">{word} – </span>' in render(
        f'{{% notice "{kind}" title="T" %}}x{{% endnotice %}}'
    )


def test_screen_reader_user_live_danger_announced_as_alert_and_not_otherwise() -> None:
    assert 'role="alert"' in render('{% notice "danger" live=True %}x{% endnotice %}')
    assert "role=" not in render('{% notice "danger" %}x{% endnotice %}')


def test_author_unknown_kind_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="'red' is none of"):
        render('{% notice "red" %}x{% endnotice %}')


def test_attacker_markup_in_values_is_escaped() -> None:
    evil = '"><script>x</script>'
    table = Table(evil, [Column(evil)], [[Cell(evil, url=evil)]])
    html = render(
        "{% badge t %}{% page_title t lead=t %}{% table table %}{% key_values t entries %}{% masked t t %}"
        "{% card title=t %}{{ t }}{% endcard %}{% notice 'info' title=t %}{{ t }}{% endnotice %}{% button t url=t %}"
        "{% budget_meter 1 2 label=t period=t %}{% bar_chart t bars unit=t %}"
        "{% empty_state title=t %}{% endempty_state %}",
        t=evil,
        table=table,
        entries=[Entry(evil, evil, note=evil)],
        bars=[charts.Bar(evil, 1)],
    )
    assert "<script" not in html
    assert "&lt;script" in html


@pytest.mark.parametrize(
    ("used", "state", "sentence"),
    [
        (95, "calm", ""),
        (96, "near", "Vous approchez"),
        (119, "near", "Vous approchez"),
        (120, "reached", "Limite atteinte"),
    ],
)
def test_adviser_budget_state_is_written_out(used: int, state: str, sentence: str) -> None:
    html = render("{% budget_meter used 120 %}", used=used)
    assert f"meter-{state}" in html
    assert f"{used} sur 120\u00a0personnes aujourd’hui" in html
    assert f'aria-valuenow="{used}"' in html
    assert ("meter-state" in html) is bool(sentence)
    assert sentence in html


def test_adviser_budget_counts_the_people_of_its_cap_not_one_person_in_two() -> None:
    assert "1 sur 2\u00a0personnes" in render("{% budget_meter 1 2 %}")
    assert "1 sur 1\u00a0personne " in render("{% budget_meter 1 1 %}")
    with translation.override("en"):
        assert "1 of 2\u00a0people today" in render("{% budget_meter 1 2 %}")


@pytest.mark.parametrize(
    ("done", "total", "percent"), [(0, 10, 0), (1, 100_000, 1), (99_999, 100_000, 99), (5, 5, 100), (0, 0, 100)]
)
def test_reader_share_is_full_only_at_the_end(done: int, total: int, percent: int) -> None:
    assert charts.share(done, total) == percent


def test_reader_chart_keeps_the_cap_in_sight_and_marks_what_reached_it() -> None:
    drawing = charts.draw((charts.Bar("a", 30), charts.Bar("b", 120), charts.Bar("c", 200)), 120)
    assert [bar.over for bar in drawing.bars] == [False, True, True]
    assert drawing.cap_y is not None
    assert drawing.bars[2].y == charts.PLOT_TOP < drawing.cap_y < drawing.bars[0].y
    assert all(bar.y + bar.height == drawing.baseline for bar in drawing.bars)


def test_reader_chart_keeps_seven_labels_at_most_on_a_narrow_screen() -> None:
    drawing = charts.draw(tuple(charts.Bar(str(day), day) for day in range(30)), None)
    assert sum(bar.sparse for bar in drawing.bars) <= 7
    assert drawing.bars[-1].sparse


def test_author_negative_counts_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        charts.draw((charts.Bar("a", -1),), None)
    with pytest.raises(ValueError, match="negative"):
        charts.share(-1, 3)


def test_reader_table_cells_carry_their_label_for_cards() -> None:
    table = Table("Liste", [Column("Nom"), Column("Âge", numeric=True)], [["Inès", "19"]])
    html = render("{% table table %}", table=table)
    assert '<th scope="row" role="rowheader" data-label="Nom">Inès</th>' in html
    assert '<td role="cell" data-label="Âge" class="numeric">19</td>' in html


def test_reader_two_columns_stay_a_table_on_a_narrow_screen() -> None:
    table = Table("Liste", [Column("Nom"), Column("Âge", numeric=True)], [["Inès", "19"]])
    assert 'class="table table-plain"' in render("{% table table %}", table=table)
    wider = Table("Liste", [Column("Nom"), Column("Âge"), Column("Commune")], [["Inès", "19", "Morlaix"]])
    assert 'class="table"' in render("{% table table %}", table=wider)


def test_author_row_of_another_length_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        Table("Liste", [Column("Nom")], [["Inès", "19"]]).cells()


class Sample(forms.Form):
    name = forms.CharField(help_text="Comme sur la pièce")
    way = forms.ChoiceField(widget=forms.RadioSelect, choices=[("a", "A")])
    sure = forms.BooleanField()


class Unrequired(forms.Form):
    note = forms.CharField(required=False)
    until = forms.CharField(required=False)


def test_reader_field_that_another_answer_requires_is_not_said_to_be_optional() -> None:
    form = Unrequired()
    form.fields["until"].conditional = True  # type: ignore[attr-defined]
    assert "(facultatif)" in render("{% field form.note %}", form=form)
    assert "(facultatif)" not in render("{% field form.until %}", form=form)


def test_screen_reader_user_refused_field_is_tied_to_hint_and_error() -> None:
    html = render("{% field form.name %}", form=Sample({}))
    described = re.search(r'aria-describedby="([^"]+)"', html)
    assert described is not None
    for identifier in described[1].split():
        assert f'id="{identifier}"' in html
    assert len(described[1].split()) == 2
    assert 'aria-invalid="true"' in html


def test_screen_reader_user_accepted_field_is_not_called_invalid() -> None:
    html = render("{% field form.name %}", form=Sample({"name": "Inès"}))
    assert "aria-invalid" not in html
    assert "field-error" not in html


def test_keyboard_user_every_link_of_the_summary_leads_to_a_control() -> None:
    html = render("{% error_summary form %}{% form_fields form %}", form=Sample({}))
    targets = re.findall(r'href="#([^"]+)"', html)
    assert len(targets) == 3
    for target in targets:
        assert f'id="{target}"' in html


@pytest.mark.parametrize("form", [Sample(), Sample({"name": "Inès", "way": "a", "sure": "on"})])
def test_agent_form_without_fault_has_no_summary(form: forms.Form) -> None:
    assert render("{% error_summary form %}", form=form).strip() == ""


def test_agent_pagination_keeps_the_other_parameters() -> None:
    request = RequestFactory().get("/personnes/?q=a%26b&page=5")
    html = render("{% pagination page %}", page=Paginator(range(300), 25).page(5), request=request)
    assert 'href="?q=a%26b&amp;page=6"' in html
    assert 'href="?q=a%26b&amp;page=5" aria-current="page"' in html


def test_agent_single_page_has_no_pagination() -> None:
    assert render("{% pagination page %}", page=Paginator(range(3), 25).page(1)).strip() == ""


def test_agent_missing_and_masked_values_say_so() -> None:
    html = render(
        "{% definitions entries %}", entries=[Entry("Adresse"), Entry("NIR", masked="Votre rôle ne le voit pas.")]
    )
    assert "Non renseigné" in html
    assert "Votre rôle ne le voit pas." in html


def test_agent_post_button_carries_the_token_and_a_link_button_none() -> None:
    assert 'name="csrfmiddlewaretoken" value="jeton"' in render('{% post_button "Oui" "/x/" %}', csrf_token="jeton")
    assert "csrfmiddlewaretoken" not in render('{% button "Oui" url="/x/" %}', csrf_token="jeton")


def test_reader_moment_shows_paris_time() -> None:
    html = render('{% moment at "instant" %}', at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    assert "2 juillet 2026 à 0 h 30" in html.replace("\u00a0", " ")
    assert 'datetime="2026-07-01T22:30:00+00:00"' in html


def test_withheld_value_of_a_chart_has_no_bar_and_is_not_told_as_nought() -> None:
    drawing = charts.draw((charts.Bar("lundi", None), charts.Bar("mardi", 8), charts.Bar("jeudi", 0)), None)
    assert [(bar.value, bar.height) for bar in drawing.bars] == [(None, 0), (8, charts.PLOT_HEIGHT), (0, 0)]


def test_reader_chart_with_a_withheld_value_says_so_and_tells_no_total() -> None:
    whole, withheld = [charts.Bar("lundi", 20), charts.Bar("mardi", 8)], [charts.Bar("lundi", None)]
    assert "total : 28" in render("{% bar_chart t bars %}", t="Venues", bars=whole).replace("\u00a0", " ")
    html = render("{% bar_chart t bars %}", t="Venues", bars=whole + withheld)
    assert "total" not in html
    assert html.count("non montré") == 1

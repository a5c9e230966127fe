import re
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.core.budgets import Caps
from beffroi.core.fields import EVERY, Group
from beffroi.core.ids import Bucket, PurposeCode, RoleCode
from beffroi.core.policy import Action, Level, Policy, RoleKind
from beffroi.core.policy_file import default_text, load, load_default
from beffroi.core.policy_source import PolicyError, lines_of

TEXT = default_text()
POLICY = load_default()


def errors(text: str) -> tuple[PolicyError, ...]:
    found = load(text, "policy.toml")
    assert isinstance(found, tuple), "the policy was accepted"
    return found


def replaced(before: str, after: str) -> str:
    """The default text with one thing, found exactly once, replaced."""
    assert TEXT.count(before) == 1, before
    return TEXT.replace(before, after)


def section(header: str, before: str, after: str) -> str:
    """The default text with one thing replaced in the section that a header opens."""
    start = TEXT.index(f"[{header}]")
    end = TEXT.find("\n[", start + 1)
    assert TEXT[start:end].count(before) == 1, before
    return TEXT[:start] + TEXT[start:end].replace(before, after) + TEXT[end:]


def line_of(text: str, header: str, beginning: str) -> int:
    """The line on which a statement of a section stands, counted by eye as it were."""
    inside = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("["):
            inside = line.split("#")[0].strip() in {f"[{header}]", f"[[{header}]]"}
        if inside and line.startswith(beginning):
            return number
    raise AssertionError(f"no {beginning} in {header}")


def test_policy_default_budgets_are_the_figures_of_the_design() -> None:
    caps = {str(bucket): tuple(caps) for bucket, caps in POLICY.buckets.items()}
    assert caps["portfolio"] == (300, 300, 300, 300)
    assert caps["office"] == (40, 120, 300, 600)
    assert caps["reception"][1:] == (200, 800, 2000)
    assert caps["trainees"][1] == 60
    assert caps["break-glass"][1:] == (5, 15, 30)
    assert caps["search"] == (30, 60, 200, 400)
    assert caps["relations"][1] == 15
    assert POLICY.organisation_relations.day == 40
    assert tuple(POLICY.pool)[1:] == (30, 100, 200)
    assert (POLICY.organisation.per_agent, POLICY.organisation.floor, POLICY.organisation.account_share) == (
        25,
        60,
        40,
    )
    assert (POLICY.session.idle, POLICY.session.absolute) == (1800, 36_000)
    assert POLICY.newcomer_days == 7


def test_i05_policy_default_gives_rules_to_readers_alone() -> None:
    assert {role.kind for role in POLICY.roles.values()} == set(RoleKind)
    for role in POLICY.roles.values():
        assert bool(role.rules) == (role.kind is RoleKind.READER)


def test_policy_default_reception_reads_identity_and_training_staff_neither_nir_nor_address() -> None:
    reception = POLICY.roles[RoleCode("receptionist")].rules[PurposeCode("reception")]
    training = POLICY.roles[RoleCode("training-staff")].rules[PurposeCode("training-follow-up")]
    assert reception.read == Group.IDENTITY
    assert reception.write == Group.IDENTITY | Group.CONTACT | Group.NIR
    assert Action.CREATE in reception.actions
    assert not reception.actions & {Action.UPDATE, Action.ERASE, Action.RELATE}
    assert training.read == Group.IDENTITY | Group.TRAINING


def test_policy_default_rates_every_action_and_every_group_with_a_second_factor_at_least() -> None:
    assert set(POLICY.actions) == set(Action)
    assert POLICY.rated == EVERY
    demands = [*POLICY.actions.values(), *POLICY.groups.values(), *(role.demand for role in POLICY.roles.values())]
    assert all(demand.level >= Level.SECOND_FACTOR for demand in demands)


def test_policy_with_other_comments_spacing_and_order_has_the_same_version() -> None:
    body = re.sub(r"#[^\n]*", "", TEXT)
    parts = re.split(r"\n(?=\[)", body)
    parts = [re.sub(r" = ", "  =  ", part) for part in parts]
    shuffled = "\n".join([parts[0], *sorted(parts[1:], reverse=True)]) + "\n# a comment\n"
    assert "reception" in shuffled
    assert load(shuffled, "x").version == POLICY.version  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        replaced("questions_per_hour = 120", "questions_per_hour = 121"),
        section("budgets.office", "day = 120", "day = 121"),
        section("roles.adviser", "break_glass = true", "break_glass = false"),
        section("purposes.reception", "Accueil", "Réception"),
        replaced('nir = { level = "second-factor", factor_age = 14400 }', 'nir = { level = "second-factor" }'),
    ],
)
def test_policy_with_one_value_changed_has_another_version(text: str) -> None:
    changed = load(text, "x")
    assert isinstance(changed, Policy)
    assert changed.version != POLICY.version


def test_policy_error_names_file_line_key_value_and_expectation() -> None:
    text = section("budgets.office", "hour = 40", "hour = -1")
    (error,) = errors(text)
    line = line_of(text, "budgets.office", "hour")
    assert str(error) == (
        f"policy.toml:{line}: budgets.office.hour: found -1; expected a whole number from 1 to 100,000"
    )


CASES = [
    ("unknown key", section("session", "touch = 300", "tuch = 300"), "session.tuch", "no such key here"),
    ("missing key", section("session", "touch = 300", ""), "session.touch", "a whole number from 1 to 86,400"),
    ("a number as text", section("session", "idle = 1800", 'idle = "1800"'), "session.idle", "a whole number"),
    ("true as a number", section("session", "idle = 1800", "idle = true"), "session.idle", "a whole number"),
    ("idle beyond absolute", section("session", "idle = 1800", "idle = 40000"), "session", "idle no longer"),
    ("a day above its week", section("budgets.office", "day = 120", "day = 500"), "budgets.office", "hour ≤ day"),
    (
        "a reserved budget missing",
        TEXT.replace("[budgets.search]", "[budgets.find]"),
        "budgets.search",
        "this budget",
    ),
    ("a budget named all", TEXT.replace("[budgets.trainees]", "[budgets.all]"), "budgets.all", "other than all"),
    (
        "an unknown bucket",
        section("roles.adviser.buckets", '"portfolio"', '"nowhere"'),
        "roles.adviser.buckets.referent",
        "one of office",
    ),
    (
        "a bucket of the law itself",
        section("roles.adviser.buckets", '"portfolio"', '"search"'),
        "roles.adviser.buckets.referent",
        "one of office",
    ),
    (
        "an unknown relation",
        section("roles.adviser.buckets", "referent =", "friend ="),
        "roles.adviser.buckets.friend",
        "no such key",
    ),
    (
        "an unknown newcomer bucket",
        section("roles.adviser", 'newcomer = "office"', 'newcomer = "x"'),
        "roles.adviser.newcomer",
        "one of",
    ),
    (
        "an unknown purpose",
        TEXT.replace("[roles.adviser.purposes.follow-up]", "[roles.adviser.purposes.sale]"),
        "roles.adviser.purposes.sale",
        "a purpose of [purposes]",
    ),
    (
        "an unknown action",
        section("roles.quality-officer.purposes.quality", '"list"', '"manage"'),
        "roles.quality-officer.purposes.quality.actions",
        "only these",
    ),
    (
        "an unknown group",
        section("roles.receptionist.purposes.reception", '["identity"]', '["face"]'),
        "roles.receptionist.purposes.reception.read",
        "only these",
    ),
    (
        "a group twice",
        section("roles.receptionist.purposes.reception", '["identity"]', '["identity", "identity"]'),
        "roles.receptionist.purposes.reception.read",
        "each value once",
    ),
    (
        "groups to write without writing",
        section("roles.quality-officer.purposes.quality", "write = []", 'write = ["nir"]'),
        "roles.quality-officer.purposes.quality.write",
        "when, and only when",
    ),
    ("an action not rated", section("actions", 'list = { level = "second-factor" }', ""), "actions.list", "a table"),
    (
        "a group not rated",
        section("groups", 'training = { level = "second-factor" }', ""),
        "groups.training",
        "a table",
    ),
    (
        "a single factor",
        section("actions", 'open = { level = "second-factor" }', 'open = { level = "single" }'),
        "actions.open.level",
        "one of passkey",
    ),
    ("an unknown kind of role", section("roles.approver", '"approver"', '"owner"'), "roles.approver.kind", "one of"),
    (
        "an unknown kind of organisation",
        section("roles.founder", '["network"]', '["moon"]'),
        "roles.founder.organisations",
        "only these",
    ),
    (
        "totp for a manager",
        replaced('"training-staff"]', '"training-staff", "account-manager"]'),
        "totp_roles",
        "only these",
    ),
    (
        "backups kept too long",
        replaced("backup_retention_days = 35", "backup_retention_days = 36"),
        "backup_retention_days",
        "from 1 to 35",
    ),
    (
        "a restriction that nobody could lift",
        section("restriction", '["person-rights"]', "[]"),
        "restriction.purposes",
        "person-rights among them",
    ),
    (
        "a restricted file opened for a reason that is not listed",
        section("restriction", '["emergency"]', '["curiosity"]'),
        "restriction.reasons",
        "only these",
    ),
    (
        "a budget for a relation that refuses",
        section("roles.adviser.buckets", 'referent = "portfolio"', 'referent = "portfolio"\nrestricted = "office"'),
        "roles.adviser.buckets.restricted",
        "",
    ),
    (
        "a share of more than all",
        section("organisation", "account_share = 40", "account_share = 101"),
        "organisation.account_share",
        "from 1 to 100",
    ),
    ("searches not counted", section("organisation", '"search", ', ""), "organisation.counts", "search among them"),
    (
        "a breaker below its past",
        section("application", "day_percent = 130", "day_percent = 99"),
        "application.day_percent",
        "from 100",
    ),
    (
        "a label of no text",
        section("reasons.emergency", '"Urgence sociale ou de santé"', '" "'),
        "reasons.emergency.fr",
        "printable",
    ),
    ("no duty without holder", TEXT.replace('kind = "security"', 'kind = "approver"'), "roles", "kind security"),
    ("another format", replaced("format = 1", "format = 2"), "format", "from 1 to 1"),
]


@pytest.mark.parametrize(("text", "key", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_i06_policy_with_one_thing_wrong_is_refused_by_name(text: str, key: str, expected: str) -> None:
    found = errors(text)
    assert any(error.key == key and expected in error.expected for error in found), list(map(str, found))


@pytest.mark.parametrize(
    ("header", "addition"),
    [
        ("roles.account-manager", "break_glass = true"),
        ("roles.account-manager", 'newcomer = "office"'),
        ("roles.approver", 'purposes.follow-up = { actions = ["open"], read = ["identity"], write = [] }'),
        ("roles.security-officer", 'buckets = { followed = "office" }'),
    ],
)
def test_i05_policy_that_lets_another_kind_of_role_read_is_refused(header: str, addition: str) -> None:
    found = errors(TEXT.replace(f"[{header}]", f"[{header}]\n{addition}"))
    assert any("reads no file (I-05)" in error.expected for error in found)
    assert all(error.key.startswith(header) for error in found)


@pytest.mark.parametrize(
    ("header", "before", "after", "expected"),
    [
        ("roles.account-manager", '"passkey"', '"second-factor"', "a passkey"),
        ("roles.adviser", '["youth-office", ', '["network", ', "no network for a reader"),
        ("roles.training-staff", '["training-organisation"]', '["training-organisation", "youth-office"]', "alone"),
        ("roles.founder", '["network"]', '["network", "youth-office"]', "network alone"),
    ],
)
def test_i05_policy_that_mixes_duties_or_organisations_is_refused(
    header: str, before: str, after: str, expected: str
) -> None:
    assert any(expected in error.expected for error in errors(section(header, before, after)))


@pytest.mark.parametrize("method", ["mail", "pwd", "sms"])
def test_policy_that_takes_a_mailed_code_for_a_second_factor_is_refused(method: str) -> None:
    text = TEXT.replace('amr = ["mfa"]', f'amr = ["mfa", "{method}"]', 1)
    assert any("is none" in error.expected for error in errors(text))


def test_policy_with_two_levels_for_one_method_is_refused() -> None:
    assert any("one level" in error.expected for error in errors(TEXT.replace('"user"]', '"user", "mfa"]', 1)))


def test_policy_that_is_no_toml_or_too_long_is_refused_with_its_line() -> None:
    (error,) = errors(TEXT + "\nbroken = [1,\n")
    assert error.expected == "valid TOML 1.0"
    assert error.line >= TEXT.count("\n")
    (error,) = errors("#" * 262_145)
    assert error.found == "262,145 characters"


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.data())
def test_policy_with_any_line_missing_is_read_or_refused_and_never_crashes(data: st.DataObject) -> None:
    lines = TEXT.split("\n")
    gone = data.draw(st.sets(st.integers(0, len(lines) - 1), min_size=1, max_size=3))
    text = "\n".join("" if number in gone else line for number, line in enumerate(lines))
    found = load(text, "x")
    if isinstance(found, tuple):
        assert found
        assert all(1 <= error.line <= len(lines) for error in found)


@pytest.mark.parametrize("text", ["", "format = 1", "[roles]\na = 1", "budgets = 3", "[[assurance]]\n[[roles]]"])
def test_policy_of_another_shape_is_refused(text: str) -> None:
    assert len(errors(text)) > 3


def test_lines_of_keys_in_headers_arrays_strings_and_inline_tables() -> None:
    text = (
        'a = 1\n"b c" = """\nx = 1\n[no]\n"""\n[d . e]  # [no]\nf = [\n  "[", # ]\n  2,\n]\ng.h = { i = 1 }\n'
        "[[k]]\nl = '[['\n[[k]]\nl = 3\n"
    )
    tomllib.loads(text)
    lines = lines_of(text)
    assert lines["a",] == 1
    assert lines["b c",] == 2
    assert ("x",) not in lines
    assert ("no",) not in lines
    assert lines["d", "e"] == 6
    assert lines["d", "e", "f"] == 7
    assert lines["d", "e", "g", "h"] == 11
    assert lines["k", "0", "l"] == 13
    assert lines["k", "1"] == 14
    assert lines["k", "1", "l"] == 15


def test_policy_found_value_too_long_is_shortened() -> None:
    (error,) = errors(section("purposes.reception", "Accueil", "A" * 300))
    assert len(error.found) == 80


def test_policy_caps_are_typed() -> None:
    assert POLICY.buckets[Bucket("office")] == Caps(40, 120, 300, 600)

import dataclasses

import pytest

from beffroi.core.ids import RoleCode
from beffroi.core.policy import Policy
from beffroi.core.policy_difference import Difference, differences, statements
from beffroi.core.policy_file import default_text, load
from tests.core.worlds import POLICY

TEXT = default_text()


def changed(before: str, after: str) -> Policy:
    assert TEXT.count(before) >= 1
    policy = load(TEXT.replace(before, after, 1), "x")
    assert isinstance(policy, Policy), policy
    return policy


def test_difference_of_a_policy_with_itself_is_nothing() -> None:
    assert differences(POLICY, POLICY) == ()


def test_difference_names_the_role_that_gains_a_group_and_the_one_that_loses_break_glass() -> None:
    wider = changed('read = ["identity"]', 'read = ["identity", "nir"]')
    assert differences(POLICY, wider) == (
        Difference("roles.receptionist.purposes.reception.read.nir", None, "allowed", RoleCode("receptionist")),
    )
    (lost,) = differences(POLICY, changed("break_glass = true", "break_glass = false"))
    assert (lost.about, lost.before, lost.after) == ("roles.adviser.break_glass", "yes", "no")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("questions_per_hour = 120", "questions_per_hour = 119"),
        ("written_a_day = 20000", "written_a_day = 19999"),
        ("backup_retention_days = 35", "backup_retention_days = 34"),
        ("newcomer_days = 7 ", "newcomer_days = 8 "),
        ("idle = 1800", "idle = 1801"),
        ("absolute = 36000", "absolute = 35999"),
        ("touch = 300", "touch = 299"),
        ("day = 120", "day = 121"),
        ("account_share = 40", "account_share = 41"),
        ("per_agent = 25", "per_agent = 24"),
        ("floor = 60", "floor = 61"),
        ('"office", "reception", "search"', '"office", "search"'),
        ("day_percent = 130", "day_percent = 131"),
        ("hour_percent = 200", "hour_percent = 201"),
        ("factor_age = 300", "factor_age = 299"),
        ("factor_age = 14400 }\nagency", "factor_age = 14399 }\nagency"),
        ('"user"]\nlevel', '"user", "rba"]\nlevel'),
        ('"Accueil"', '"Réception"'),
        ('"Urgence sociale ou de santé"', '"Urgence"'),
        ('referent = "portfolio"', 'referent = "office"'),
        ('totp_roles = ["adviser", ', "totp_roles = ["),
        ('"Conseiller"', '"Conseillère"'),
        ('reasons = ["emergency"]', "reasons = []"),
        ('purposes = ["person-rights"]', 'purposes = ["person-rights", "quality"]'),
    ],
)
def test_difference_no_value_of_the_file_can_change_unsaid(before: str, after: str) -> None:
    policy = changed(before, after)
    assert policy.version != POLICY.version
    assert differences(POLICY, policy)


def test_statements_have_each_a_name_of_their_own() -> None:
    named = [statement.about for statement in statements(POLICY)]
    assert len(named) == len(set(named))
    top = {name.split(".")[0] for name in named}
    fields = {field.name for field in dataclasses.fields(POLICY) if field.init} - {"version", "buckets"}
    assert fields <= top

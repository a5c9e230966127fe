"""An adviser at work, signed in, with one person of her own."""

from dataclasses import dataclass

import pytest

from beffroi.guard.vault.records import AgencyId, Nir
from tests.config.console.stack import Stack, Visitor
from tests.guard.signin.serving import Member
from tests.guard.world import AgentOfTest, some_agency_id, some_nir


def as_referent(member: Member) -> AgentOfTest:
    """The member as the world writes relations: only the account counts."""
    return AgentOfTest(member.account, None, None, None, "", "")  # type: ignore[arg-type]


@dataclass
class Adviser:
    """An adviser at work, and the people of the tests."""

    member: Member
    visitor: Visitor
    own: str
    nir: Nir
    agency_id: AgencyId

    def asked(self) -> list[str]:
        """What the console asked the guard since the last time."""
        asked = [call for call in self.visitor.stack.asked if call != "POST /v1/token"]
        self.visitor.stack.asked.clear()
        return asked


@pytest.fixture(scope="module")
def adviser(stack: Stack) -> Adviser:
    member = stack.guard.member("Ana Adviser")
    nir, agency_id = some_nir(), some_agency_id()
    own = stack.person(
        organisation=stack.guard.organisation,
        referent=as_referent(member),
        last_name="Delaunay",
        first_names="Inès, Marie",
        birth_date="2005-03-14",
        nir=nir,
        agency_id=agency_id,
    )
    return Adviser(member, stack.signed_in(member), own, nir, agency_id)

"""What a hijacked console could send through each door that changes anything, by what the door does."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from beffroi.core.awareness import QUESTIONS
from tests.guard.approvals.office import access
from tests.guard.awareness.test_exams import answers
from tests.guard.signin.serving import CONSOLE, STATE, Guard
from tests.standards.documents.samples import pdf

SIRET = "73282932000074"


@dataclass
class Loot:
    """What the thief knows: handles, and ids of whatever he could want to change."""

    guard: Guard
    handles: dict[str, str] = field(default_factory=dict)
    request: str = ""
    suspended: str = ""
    containment: str = ""
    probation: str = ""
    untrained: str = ""
    colleague: str = ""
    leaver: str = ""
    gone: str = ""
    admissions: tuple[str, ...] = ()
    withdrawn: str = ""
    audit: str = ""
    campaign: str = ""
    review: str = ""
    person: str = ""
    stranger: str = ""
    school: str = ""
    elsewhere: str = ""
    transfer: str = ""
    attachment: str = ""
    unwanted: str = ""
    exam: dict[str, Any] = field(default_factory=dict)
    network: str = ""
    office: str = ""


WINDOW = {"from_at": "2026-01-01T00:00:00Z", "until_at": "2099-01-01T00:00:00Z"}


def day(days: int) -> str:
    return str(datetime.now(UTC).date() + timedelta(days=days))


def terms() -> dict[str, Any]:
    return {
        "from_on": day(-1), "until_on": day(365), "clauses": [], "controllers": ["France Travail"], "level": 2,
        "contact": {"name": "Anne Duval", "email": "securite@north.example", "phone": "0320000000"},
    }  # fmt: skip


def asking(kind: str, /, **body: Any) -> dict[str, Any]:
    return {"kind": kind, "body": body}


def fields(person: str) -> dict[str, Any]:
    return {"person": person, "purpose": "follow-up", "fields": {"contact": {"email": "a@b.example"}}}


def attachment(person: str, **more: str) -> dict[str, str]:
    return {"person": person, "purpose": "follow-up", **more}


def question(loot: Loot) -> dict[str, Any]:
    return {
        "subject": {"type": "account", "id": loot.colleague}, "action": {"name": "open"},
        "resource": {"type": "person", "id": loot.person},
        "context": {"purpose": "follow-up", "groups": ["identity"]},
    }  # fmt: skip


Bodies = Callable[[Loot], list[Any]]
NONE: Bodies = lambda _: []  # noqa: E731
# Doors that change nothing that grants, each with bodies that could be meant for more. `NONE`: only empty ones.
DOORS: dict[str, Bodies] = {
    "POST /v1/person-requests/register": lambda s: [
        {"person": one, "article": "erasure", "received_on": day(0)} for one in (s.person, s.stranger)
    ],
    "POST /v1/person-requests/list": lambda _: [{}],
    "POST /v1/person-requests/move": lambda _: [
        {"request": str(uuid4()), "to": "answered", "text": "Écrivez-nous vite, dit le voleur"}
    ],
    "POST /v1/person-requests/extend": lambda _: [{"request": str(uuid4()), "reason": "complex"}],
    "POST /v1/person-requests/recipients": lambda s: [{"request": str(uuid4()), "person": s.person}],
    "POST /v1/person-requests/words": lambda s: [{"request": str(uuid4()), "person": s.person}],
    "POST /v1/person-requests/correct": lambda s: [
        {"request": str(uuid4()), "person": s.person, "fields": {"contact": {"city": "Lille"}}},
    ],
    "POST /v1/restrictions/begin": lambda s: [
        {"person": one, "ground": "accuracy"} for one in (s.person, s.stranger)
    ],
    "POST /v1/restrictions/lift": lambda _: [{"restriction": str(uuid4()), "told_on": day(0)}],
    "POST /v1/restrictions/list": lambda _: [{}],
    "POST /v1/open": lambda s: [
        {"person": s.person, "purpose": "follow-up", "groups": ["identity"]},
        {"person": s.stranger, "purpose": "follow-up", "groups": ["identity"],
         "break_glass": {"reason": "emergency", "text": "Une urgence, dit le voleur"}},
    ],
    "POST /v1/release": lambda s: [{"person": s.person, "purpose": "follow-up", "groups": ["identity", "nir"]}],
    "POST /v1/releases": lambda s: [
        {"items": [{"person": one, "purpose": "follow-up", "groups": ["identity"]} for one in (s.person, s.stranger)]}
    ],
    "POST /v1/list": lambda s: [
        {"purpose": "follow-up", "scope": "organisation"},
        {"purpose": "follow-up", "scope": "given", "people": [s.person, s.stranger]},
    ],
    "POST /v1/list/ids": lambda _: [{"purpose": "follow-up", "scope": "organisation"}],
    "POST /v1/find": lambda _: [{"purpose": "follow-up", "by": "email", "value": "nobody@example.org"}],
    "POST /v1/create": lambda _: [
        {"purpose": "follow-up",
         "fields": {"identity": {"last_name": "Neuf", "first_names": "Zoe", "birth_date": "2006-01-02"}}}
    ],
    "POST /v1/update": lambda s: [fields(s.person), fields(s.stranger)],
    "POST /v1/erase": lambda s: [{"person": s.stranger, "purpose": "follow-up"}],
    "POST /v1/agents": lambda s: [{"accounts": [s.colleague]}],
    "POST /access/v1/evaluation": lambda s: [question(s)],
    "POST /access/v1/evaluations": lambda s: [{"evaluations": [question(s)]}],
    "POST /v1/token": NONE,
    "POST /v1/sessions": lambda _: [{"code": "A" * 43, "client": "client-of-the-browser", "state": STATE}],
    "PUT /v1/session": lambda s: [{"habilitation": s.probation}],
    "POST /v1/requests/options": lambda _: [{}],
    "POST /v1/requests/make": lambda s: [
        access(email="accomplice@north.example"), access(email="other@elsewhere.example", roles=["account-manager"]),
        access(email="third@north.example", roles=["approver"], organisation=s.network),
        asking("confirmation", habilitation=s.probation), asking("lift", containment=s.containment),
        asking("restore", account=s.suspended), asking("contract", organisation=s.office, terms=terms()),
        asking("roster", domain="evil.example"), asking("opening", organisation=s.office),
        asking("partner", code="OF-X", name="X", kind="training-organisation", siret=SIRET, terms=terms()),
        asking("erasure", list=str(uuid4()), sha256="0" * 64), asking("founder", account=s.colleague),
        asking("budget", account=s.colleague, day=10_000),
        asking("factor", account=s.colleague), asking("provider", provider="evil-idp", name="X"),
        asking("provider", provider="evil-idp", name="Y", organisation=s.network),
    ],
    "POST /v1/requests/list": lambda _: [{"scope": scope} for scope in ("mine", "to-decide", "organisation")],
    "POST /v1/requests/show": lambda s: [{"request": s.request}],
    "POST /v1/requests/withdraw": lambda s: [{"request": s.withdrawn}, {"request": str(uuid4())}],
    "POST /v1/enrolments/list": lambda _: [{}],
    "POST /v1/enrolments/quarantined": lambda _: [{}],
    "POST /v1/admissions/list": lambda _: [{}],
    "POST /v1/admissions/show": lambda s: [{"admission": s.admissions[0]}],
    "POST /v1/admissions/take-up": lambda s: [  # a request like any other: approvers must still agree
        {
            "admission": s.admissions[0], "roles": ["adviser"], "applications": [CONSOLE], "job": "X",
            "from_on": day(0), "until_on": day(30),
        }
    ],
    "POST /v1/admissions/dismiss": lambda s: [{"admission": s.admissions[1], "reason": "not-known"}],
    "POST /v1/leavers/accounts": lambda _: [{}],
    "POST /v1/leavers/list": lambda _: [{}],
    "POST /v1/erasures/lists": lambda _: [{}],
    "POST /v1/erasures/show": lambda _: [{"list": str(uuid4())}],
    "POST /v1/erasures/hold": lambda s: [{"list": str(uuid4()), "person": s.person, "reason": "minor"}],
    "POST /v1/erasures/release": lambda _: [{"hold": str(uuid4())}],
    "POST /v1/erasures/gone": lambda s: [{"erased_at": "2026-01-01T00:00:00Z", "person": s.person}],
    "POST /v1/leavers/dismiss": lambda s: [{"leaver": s.leaver}],  # it keeps what was there; it gives nothing back
    "POST /v1/inventory": lambda _: [{}],
    "POST /v1/inventory/account": lambda s: [{"account": s.colleague}],
    "POST /v1/inventory/followed": lambda _: [{}],
    "POST /v1/consultations": lambda _: [{"by": by} for by in ("organisation", "account", "application")],
    "POST /v1/journal/entries": lambda s: [{}, {"account": s.colleague, "kind": "released"}],
    "POST /v1/journal/entry": lambda _: [{"entry": 1}, {"entry": 1 << 40}],
    "POST /v1/journal/proof": lambda _: [{"entry": 1}, {"entry": 1 << 40}],
    "POST /v1/awareness/course": lambda _: [{}],
    "POST /v1/awareness/begin": lambda _: [{}],
    "POST /v1/awareness/answer": lambda s: [
        {"exam": s.exam["exam"], "answers": {}}, {"exam": str(uuid4()), "answers": {}},
        {"exam": s.exam["exam"], "answers": {}, "passed": True, "score": 10},
        answers(s.exam, wrong=QUESTIONS), answers(s.exam),  # the right ones come too late
    ],
    "POST /v1/reviews/campaigns": lambda _: [{}, {"closed": True}],
    "POST /v1/reviews/sheet": lambda s: [{"campaign": s.campaign}],
    "POST /v1/reviews/prepare": lambda s: [
        {"campaign": s.campaign, "verdicts": [{"review": s.review, "verdict": "keep"}], "together": True},
        {"campaign": s.campaign, "verdicts": [{"review": s.review, "verdict": "remove"}]},
    ],
    "POST /v1/reviews/evidence": lambda s: [{"campaign": s.campaign}],
    "POST /v1/invoicing/standing": lambda _: [{}],
    "POST /v1/containments/options": lambda _: [{}],
    "POST /v1/containments/preview": lambda s: [{"kind": "account", "scope": s.colleague}],
    "POST /v1/containments/list": lambda _: [{}],
    "POST /v1/partners/list": lambda _: [{}],
    "POST /v1/partners/show": lambda s: [{"organisation": s.office}],
    "POST /v1/partners/checklist": lambda s: [
        {"organisation": s.office, "list": "onboarding", "item": "contract-signed", "proof": "GED 1"}
    ],
    "POST /v1/partners/audits/open": lambda s: [{"organisation": s.office, "due_on": day(60)}],
    "POST /v1/partners/audits/show": lambda s: [{"audit": s.audit}],
    "POST /v1/partners/audits/answer": lambda s: [{"audit": s.audit, "question": "second-factor", "answer": "yes"}],
    "POST /v1/partners/audits/correct": lambda s: [{"audit": s.audit, "question": "second-factor"}],
    "POST /v1/partners/audits/close": lambda s: [{"audit": s.audit}],
    "POST /v1/roster/list": lambda _: [{}],
    "POST /v1/providers/list": lambda s: [{}, {"organisation": s.office}],
    "POST /v1/relations/colleagues": lambda _: [{"purpose": "follow-up"}],
    "POST /v1/relations/preview": lambda s: [{"purpose": "follow-up", "to": s.colleague, "people": [s.stranger]}],
    "POST /v1/relations/covers/list": lambda _: [{"purpose": "follow-up"}],
    "POST /v1/relations/organisations": lambda _: [{"purpose": "follow-up", "which": "training"}],
    "POST /v1/attachments/list": lambda s: [attachment(one) for one in (s.person, s.stranger)],
    "POST /v1/attachments/open": lambda s: [attachment(one, id=s.attachment) for one in (s.person, s.stranger)],
    "POST /v1/attachments/add": lambda s: [
        attachment(one, id=str(uuid4()), kind="other", content=b64encode(pdf()).decode())
        for one in (s.person, s.stranger)
    ],
    "POST /v1/attachments/remove": lambda s: [attachment(one, id=s.unwanted) for one in (s.stranger, s.person)],
    "POST /v1/transfers/list": lambda _: [{"purpose": "follow-up"}],
    "POST /v1/notices/send": lambda s: [
        {"purpose": "follow-up", "subject": "call-back", "people": [s.person, s.stranger]}
    ],
    "POST /v1/notices/mine": lambda _: [{"purpose": "follow-up"}],
    "POST /v1/notices/check": lambda _: [{"code": "0000-0000-0000"}],
    "POST /v1/break-glass/list": lambda _: [{}],
    "POST /v1/break-glass/show": lambda _: [{"entry": 1}],
    "POST /v1/break-glass/judge": lambda _: [{"entry": 1, "verdict": "justified"}],
    "POST /v1/exports/ask": lambda s: [
        {"purpose": "follow-up", "groups": ["identity"], "reason": "workshop", "people": [s.person, s.stranger]}
    ],
    "POST /v1/exports/mine": lambda _: [{"purpose": "follow-up"}],
    "POST /v1/exports/withdraw": lambda _: [{"purpose": "follow-up", "request": str(uuid4())}],
    "POST /v1/exports/alone": lambda s: [
        {"purpose": "follow-up", "groups": ["identity"], "reason": "workshop", "people": [s.person, s.stranger]}
    ],
    "POST /v1/exports/agreed": lambda _: [{"purpose": "follow-up", "request": str(uuid4())}],
    "POST /v1/exports/trace": lambda _: [{"mark": "0000-0000-0000"}],
    "POST /v1/forensics/options": lambda _: [{}],
    "POST /v1/forensics/readers": lambda s: [{"by": "account", "ids": [s.colleague], **WINDOW}],
    "POST /v1/forensics/read-by": lambda s: [{"person": s.colleague, **WINDOW}],
    "POST /v1/person/sessions": lambda _: [{"code": "A" * 43, "client": "client-of-the-browser", "state": STATE}],
    "POST /v1/person/end": lambda _: [{}],
    "POST /v1/person/consultations": lambda s: [WINDOW, {"person": s.person, **WINDOW}],
    "POST /v1/person/file": lambda _: [{}],
    "POST /v1/person/attachments/list": lambda s: [{}, {"person": s.person}],
    "POST /v1/person/attachments/open": lambda _: [{"id": str(uuid4())}],
    "POST /v1/person/requests/make": lambda s: [{"organisation": s.office, "article": "access"}],
    "POST /v1/person/requests/list": lambda _: [{}],
    "POST /v1/person/presence/places": lambda _: [{"name": "North"}],
    "POST /v1/person/presence/make": lambda s: [{"organisation": s.office}, {"organisation": s.elsewhere}],
    "POST /v1/person/presence/list": lambda _: [{}],
    "POST /v1/person/presence/take-back": lambda _: [{"code": str(uuid4())}],
    "POST /v1/relations/by-presence": lambda _: [{"purpose": "follow-up", "code": "0000-0000"}],
    "POST /v1/person/proof": lambda _: [{"entry": 1, "at": WINDOW["from_at"]}],
    "POST /v1/person/report": lambda _: [{"entry": 1, "at": WINDOW["from_at"]}],
    "POST /v1/person/reports": lambda _: [{}],
    "POST /v1/delays/list": lambda _: [{}],
    "POST /v1/person/self": lambda _: [{}],
    "POST /v1/person/breaches": lambda _: [{}],
    "POST /v1/breaches/list": lambda _: [{}],
    "POST /v1/reports/list": lambda _: [{}],
    "POST /v1/reports/examine": lambda _: [{"report": str(uuid4())}],
    "POST /v1/reports/answer": lambda _: [{"report": str(uuid4()), "answer": "justified"}],
}  # fmt: skip
# Doors by which an adviser's live session changes who follows the people of its own office: a few a day, within the
# office, or with another organisation's agreement (tests/guard/relating holds the bounds). What may change thereby.
HANDING: dict[str, Bodies] = {
    # Codes for the people of that office: who consulted their files is all they show.
    "POST /v1/invitations/make": lambda s: [
        {"purpose": "follow-up", "person": s.person}, {"purpose": "follow-up", "person": s.stranger}
    ],
    "POST /v1/relations/resume": lambda s: [
        {"purpose": "follow-up", "person": one} for one in (s.person, s.stranger)
    ],
    "POST /v1/relations/assign": lambda s: [
        {"purpose": "follow-up", "to": s.colleague, "people": [s.person, s.stranger]},
        {"purpose": "follow-up", "to": s.gone, "people": [s.person]},
    ],
    "POST /v1/relations/covers/make": lambda s: [
        {"purpose": "follow-up", "absent": s.colleague, "account": s.gone, "from_on": day(1), "until_on": day(2)},
        {"purpose": "follow-up", "absent": s.colleague, "account": s.network, "from_on": day(1), "until_on": day(2)},
    ],
    "POST /v1/relations/covers/end": lambda _: [{"purpose": "follow-up", "cover": str(uuid4())}],
    "POST /v1/relations/prescribe": lambda s: [
        {"purpose": "follow-up", "person": s.person, "organisation": s.network, "until_on": day(9)},
        {"purpose": "follow-up", "person": s.stranger, "organisation": s.school, "until_on": day(9)},
        {"purpose": "follow-up", "person": s.person, "organisation": s.school, "until_on": day(9)},
    ],
    "POST /v1/relations/end": lambda s: [
        {"purpose": "follow-up", "person": s.person, "organisation": s.school},
        {"purpose": "follow-up", "person": s.stranger, "organisation": s.school},
    ],
    "POST /v1/relations/give-back": lambda s: [
        {"purpose": "training-follow-up", "person": s.person},
        {"purpose": "follow-up", "person": s.stranger},
    ],
    "POST /v1/transfers/ask": lambda s: [
        {"purpose": "follow-up", "person": one, "organisation": s.elsewhere, "side": side, "reason": "moved"}
        for one in (s.person, s.stranger) for side in ("giving", "receiving")
    ],
    "POST /v1/transfers/agree": lambda s: [{"purpose": "follow-up", "transfer": s.transfer}],
    "POST /v1/transfers/refuse": lambda s: [
        {"purpose": "follow-up", "transfer": s.transfer, "because": "wrong-person"}
    ],
    "POST /v1/transfers/withdraw": lambda s: [
        {"purpose": "follow-up", "transfer": s.transfer, "because": "asked-by-mistake"}
    ],
    "POST /v1/merges/preview": lambda s: [{"purpose": "follow-up", "stays": s.person, "goes": s.stranger}],
    "POST /v1/merges/make": lambda s: [
        {"purpose": "follow-up", "stays": one, "goes": other, "stays_version": 1, "goes_version": 1}
        for one, other in ((s.person, s.stranger), (s.stranger, s.person), (s.person, str(uuid4())))
    ],
    "POST /v1/merges/undo": lambda _: [{"purpose": "follow-up", "merge": str(uuid4())}],
    "POST /v1/merges/list": lambda _: [{"purpose": "follow-up"}],
}  # fmt: skip
# Of these, doors that refuse whatever it says: codes and keys it has not, a role nobody has, an audit not so far, a
# person's session, a report that nobody made, a list that nobody prepared, a register and a billing desk where none
# of these roles sits.
NOBODY = {
    "POST /v1/person/sessions", "POST /v1/person/end", "POST /v1/person/consultations", "POST /v1/person/file",
    "POST /v1/person/proof",
    "POST /v1/person/report", "POST /v1/person/reports", "POST /v1/person/breaches",
    "POST /v1/person/self", "POST /v1/person/attachments/list", "POST /v1/person/attachments/open",
    "POST /v1/reports/examine", "POST /v1/reports/answer",
    "POST /v1/sessions", "POST /v1/token", "PUT /v1/session", "POST /v1/erase", "POST /v1/partners/audits/open",
    "POST /v1/partners/audits/correct", "POST /v1/partners/audits/close", "POST /v1/exports/withdraw",
    "POST /v1/exports/agreed", "POST /v1/exports/trace", "POST /v1/break-glass/show", "POST /v1/notices/check",
    "POST /v1/break-glass/judge",
    "POST /v1/erasures/show", "POST /v1/erasures/hold", "POST /v1/erasures/release",
    "POST /v1/person-requests/register", "POST /v1/person-requests/list", "POST /v1/person-requests/move",
    "POST /v1/person-requests/extend", "POST /v1/person-requests/recipients", "POST /v1/person-requests/words",
    "POST /v1/person-requests/correct", "POST /v1/person/requests/make", "POST /v1/person/requests/list",
    "POST /v1/person/presence/places", "POST /v1/person/presence/make", "POST /v1/person/presence/list",
    "POST /v1/person/presence/take-back", "POST /v1/relations/by-presence",
    "POST /v1/restrictions/begin", "POST /v1/restrictions/lift", "POST /v1/restrictions/list",
    "POST /v1/invoicing/standing",
}  # fmt: skip
# Doors that take something away, alone and at once; each is used last, and takes it away indeed.
TIGHTENING: dict[str, Bodies] = {
    "POST /v1/containments/suspend": lambda s: [{"account": s.colleague, "reason": "exercise"}],
    "POST /v1/containments/make": lambda s: [{"kind": "account", "scope": s.colleague, "reason": "exercise"}],
    "POST /v1/leavers/confirm": lambda s: [{"leaver": s.gone}],
    "POST /v1/leavers/import": lambda _: [
        {"people": [{"address": "karim.collegue@north.example", "last_day": day(-1)}], "apply": True}
    ],
    "POST /v1/leave/application": lambda s: [{"habilitation": s.probation, "application": CONSOLE}],
    "POST /v1/leave": lambda s: [{"account": s.untrained}],
    "POST /v1/roster/remove": lambda _: [{"domain": "north.example"}],
    "POST /v1/providers/withdraw": lambda s: [{"organisation": s.office, "provider": "idp"}],
    "POST /v1/partners/end": lambda s: [{"organisation": s.office, "reason": "incident"}],
}
# Doors that end the very session they are called with.
ENDING = {"DELETE /v1/session", "POST /v1/session/end-all"}
# Forms of the guard's own origin: they take a cookie that only a browser has, then a passkey.
PAGES: dict[str, dict[str, str]] = {
    "POST /sign-in/factor": {"kind": "totp", "code": "000000"},
    "POST /sign-in/enrol": {"kind": "passkey", "answer": "{}", "code": "AAAA-AAAA-AAAA-AAAA"},
    "POST /approvals/decide": {"verdict": "approve", "answer": "{}"},
    "POST /proofs/hand-over": {"proof": "passport"},
    "POST /person/code": {"code": "AAAA-AAAA-AAAA-AAAA"},
    "POST /reviews/decide": {"answer": "{}"},
}

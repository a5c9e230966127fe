"""Every operation of the HTTP API: what it is for, the types that read and write it, the statuses of its problems."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from beffroi.guard.admitting import doors as admitting
from beffroi.guard.admitting import queue
from beffroi.guard.answers import approvals as asked_for
from beffroi.guard.answers import attachments as attachment
from beffroi.guard.answers import breaches as breach
from beffroi.guard.answers import broken_glass as broken
from beffroi.guard.answers import containing as cut
from beffroi.guard.answers import erasing as archive
from beffroi.guard.answers import exporting as exported
from beffroi.guard.answers import forensics as past
from beffroi.guard.answers import invoicing as billed
from beffroi.guard.answers import machines
from beffroi.guard.answers import merging as merge
from beffroi.guard.answers import messaging as message
from beffroi.guard.answers import partners as partner
from beffroi.guard.answers import person_rights as asked_by_people
from beffroi.guard.answers import personal as own
from beffroi.guard.answers import providers as provider
from beffroi.guard.answers import recipients as received
from beffroi.guard.answers import relating as relation
from beffroi.guard.answers import restricting as restrictions
from beffroi.guard.answers import reviewing as review
from beffroi.guard.answers import sessions as session
from beffroi.guard.answers import sweeping as leaving
from beffroi.guard.answers.shape import Nothing
from beffroi.guard.approvals import doors as approvals
from beffroi.guard.attachments import doors as attachments
from beffroi.guard.awareness import answers as course
from beffroi.guard.awareness import doors as awareness
from beffroi.guard.breaches import doors as breach_doors
from beffroi.guard.broken_glass import doors as broken_glass
from beffroi.guard.consultations import answers as consultations
from beffroi.guard.containing import doors as containing
from beffroi.guard.doors import agents, asked, changing, finding, listing, opening, released
from beffroi.guard.erasing import doors as erasing
from beffroi.guard.exporting import bodies as exporting
from beffroi.guard.exposure import answers as exposure
from beffroi.guard.forensics import doors as forensics
from beffroi.guard.invoicing import doors as invoicing
from beffroi.guard.merging import bodies as merging
from beffroi.guard.messaging import doors as messaging
from beffroi.guard.partners import doors as partners
from beffroi.guard.person_rights import bodies as person_rights
from beffroi.guard.person_rights import correcting
from beffroi.guard.personal import asking, delay_doors, inviting, oneself, own_attachments, own_file, proving_presence
from beffroi.guard.personal import doors as personal
from beffroi.guard.providers import doors as providers
from beffroi.guard.relating import bodies as relating
from beffroi.guard.restricting import bodies as restricting
from beffroi.guard.reviewing import doors as reviewing
from beffroi.guard.sessions import doors as sessions
from beffroi.guard.sweeping import doors as sweeping
from beffroi.standards import authzen

_COMMON: Final = (400, 401, 403, 413, 429, 503)


class Operation(NamedTuple):
    """One operation: what it is for, its body, its answer, the statuses of its problems and of its success."""

    summary: str
    body: Any
    answer: Any
    problems: tuple[int, ...] = _COMMON
    security: tuple[str, ...] = ("application", "session", "client")
    done: int = 200


_CONFLICTS: Final = (*_COMMON, 404, 409, 422)
OPERATIONS: Final[Mapping[tuple[str, str], Operation]] = {
    ("POST", "/v1/open"): Operation("Open one person's file", asked.Opening, opening.Opened, (*_COMMON, 404, 422)),
    ("POST", "/v1/release"): Operation(
        "Decide, charge and journal the use of data held elsewhere",
        asked.Opening,
        released.Released,
        (*_COMMON, 404, 422),
    ),
    ("POST", "/v1/releases"): Operation("The same for many people", asked.Releasing, released.ReleasedAll),
    ("POST", "/v1/list"): Operation("A page of people", listing.Listing, listing.ListPage),
    ("POST", "/v1/list/ids"): Operation("Who is in a list, by ids alone", listing.Whose, listing.Ids),
    ("POST", "/v1/find"): Operation("Search exactly", finding.Search, finding.Found),
    ("POST", "/v1/create"): Operation("Register a person", changing.Creation, changing.Created, (*_COMMON, 404, 409)),
    ("POST", "/v1/update"): Operation(
        "Replace whole groups of a file", changing.Change, changing.Written, (*_COMMON, 404, 409)
    ),
    ("POST", "/v1/erase"): Operation("Erase a person", changing.Erasure, changing.Written, (*_COMMON, 404)),
    ("POST", "/v1/attachments/list"): Operation(
        "Attachments of a person's file", attachments.Listing, attachment.Attachments, _CONFLICTS
    ),
    ("POST", "/v1/attachments/add"): Operation(
        "Keep an attachment", attachments.Adding, attachment.Added, _CONFLICTS, done=201
    ),
    ("POST", "/v1/attachments/open"): Operation(
        "Open an attachment", attachments.One, attachment.OpenedAttachment, _CONFLICTS
    ),
    ("POST", "/v1/attachments/remove"): Operation(
        "Remove an attachment", attachments.One, attachment.Removed, _CONFLICTS
    ),
    ("POST", "/v1/relations/colleagues"): Operation(
        "Colleagues who can follow people", relating.Purposed, relation.Colleagues
    ),
    ("POST", "/v1/relations/preview"): Operation(
        "What handing people over would change", relating.Handing, relation.Preview, _CONFLICTS
    ),
    ("POST", "/v1/relations/assign"): Operation(
        "Hand people of one's office to a colleague", relating.Handing, relation.Assigned, _CONFLICTS
    ),
    ("POST", "/v1/relations/resume"): Operation(
        "Follow a person again whom nobody follows", relating.Resuming, archive.Resumed, _CONFLICTS
    ),
    ("POST", "/v1/relations/by-presence"): Operation(
        "Follow a person who shows a code at the desk", relating.ByPresence, relation.FollowedByPresence, _CONFLICTS
    ),
    ("POST", "/v1/erasures/lists"): Operation("Lists of files to erase", erasing.Lists, archive.ErasureLists),
    ("POST", "/v1/erasures/show"): Operation(
        "One list of files to erase", erasing.OneList, archive.ErasureListShown, _CONFLICTS
    ),
    ("POST", "/v1/erasures/hold"): Operation("Hold a file back", erasing.Hold, archive.Held, _CONFLICTS),
    ("POST", "/v1/erasures/release"): Operation("End a hold", erasing.Release, archive.Held, _CONFLICTS),
    ("POST", "/v1/erasures/gone"): Operation("Who was erased since, by random id", erasing.Since, archive.GonePage),
    ("POST", "/v1/relations/covers/make"): Operation(
        "Stand in for an absent colleague", relating.Covering, relation.CoverMade, _CONFLICTS, done=201
    ),
    ("POST", "/v1/relations/covers/list"): Operation("Covers of one's office", relating.Purposed, relation.Covers),
    ("POST", "/v1/relations/covers/end"): Operation("End a cover", relating.OneCover, Nothing, _CONFLICTS),
    ("POST", "/v1/relations/organisations"): Operation(
        "Other organisations by name", relating.Organisations, relation.Organisations
    ),
    ("POST", "/v1/relations/prescribe"): Operation(
        "Let a training organisation know a person", relating.Prescribing, relation.Related, _CONFLICTS
    ),
    ("POST", "/v1/relations/end"): Operation(
        "Let a training organisation know a person no longer", relating.Ending, Nothing, _CONFLICTS
    ),
    ("POST", "/v1/relations/give-back"): Operation(
        "Give up knowing a person prescribed to one's training organisation", relating.GivingBack, Nothing, _CONFLICTS
    ),
    ("POST", "/v1/transfers/ask"): Operation(
        "Ask another organisation to take over, or hand over, a person",
        relating.Asking,
        relation.TransferAsked,
        _CONFLICTS,
        done=201,
    ),
    ("POST", "/v1/transfers/agree"): Operation(
        "Agree to a transfer", relating.OneTransfer, relation.TransferAgreed, _CONFLICTS
    ),
    ("POST", "/v1/transfers/refuse"): Operation(
        "Refuse a transfer", relating.Declining, relation.TransferClosed, _CONFLICTS
    ),
    ("POST", "/v1/transfers/withdraw"): Operation(
        "Withdraw a transfer", relating.Declining, relation.TransferClosed, _CONFLICTS
    ),
    ("POST", "/v1/transfers/list"): Operation(
        "Transfers of one's organisation", relating.Purposed, relation.Transfers
    ),
    ("POST", "/v1/exports/ask"): Operation(
        "Ask for a file of more people than one may export alone",
        exporting.Exporting,
        asked_for.Made,
        _CONFLICTS,
        done=201,
    ),
    ("POST", "/v1/exports/mine"): Operation(
        "What may be exported, and one's own requests", exporting.Purposed, exported.Exports
    ),
    ("POST", "/v1/exports/withdraw"): Operation(
        "Take back one's own request for a file", exporting.OneExport, Nothing, _CONFLICTS
    ),
    ("POST", "/v1/exports/alone"): Operation(
        "A copy that nobody else agreed to", exporting.Exporting, exported.Copy, _CONFLICTS
    ),
    ("POST", "/v1/exports/agreed"): Operation(
        "A copy of what a second person agreed to", exporting.OneExport, exported.Copy, _CONFLICTS
    ),
    ("POST", "/v1/exports/trace"): Operation(
        "Whose copy carries a mark", exporting.Marked, exported.Traced, _CONFLICTS
    ),
    ("POST", "/v1/break-glass/list"): Operation(
        "Openings by break-glass that wait for a verdict", broken_glass.Listing, broken.AllBroken
    ),
    ("POST", "/v1/break-glass/show"): Operation(
        "One opening by break-glass, with the text that was typed", broken_glass.OneOpening, broken.Shown, _CONFLICTS
    ),
    ("POST", "/v1/break-glass/judge"): Operation(
        "Give a verdict on an opening by break-glass", broken_glass.Judging, broken.Judged, _CONFLICTS
    ),
    ("POST", "/v1/notices/send"): Operation(
        "Write to people one follows", messaging.Sending, message.Sent, _CONFLICTS, done=201
    ),
    ("POST", "/v1/notices/mine"): Operation("One's own messages", messaging.Purposed, message.Notices),
    ("POST", "/v1/notices/check"): Operation(
        "Whether the code of a message is ours",
        messaging.Checking,
        message.Checked,
        (*_COMMON, 404),
        ("application",),
    ),
    ("POST", "/v1/person-requests/register"): Operation(
        "Write down what a person asks about their data",
        person_rights.Registering,
        asked_by_people.RequestRegistered,
        _CONFLICTS,
        done=201,
    ),
    ("POST", "/v1/person-requests/list"): Operation(
        "What people asked of one's organisation", person_rights.Nothing, asked_by_people.PersonRequests
    ),
    ("POST", "/v1/person-requests/move"): Operation(
        "Take a person's request to its next step", person_rights.Moving, asked_by_people.RequestMoved, _CONFLICTS
    ),
    ("POST", "/v1/person-requests/extend"): Operation(
        "Take two months more to answer", person_rights.Extending, asked_by_people.RequestMoved, _CONFLICTS
    ),
    ("POST", "/v1/person-requests/correct"): Operation(
        "Put right what a person said is wrong, and keep what it said",
        correcting.Correction,
        changing.Written,
        _CONFLICTS,
    ),
    ("POST", "/v1/person-requests/words"): Operation(
        "What a person wrote with a request made on line", person_rights.OfPerson, asked_by_people.Words, _CONFLICTS
    ),
    ("POST", "/v1/person-requests/recipients"): Operation(
        "Who received what a file holds, to be handed to its person",
        person_rights.OfPerson,
        received.Recipients,
        _CONFLICTS,
    ),
    ("POST", "/v1/restrictions/begin"): Operation(
        "Restrict the use of a person's file",
        restricting.Beginning,
        restrictions.RestrictionBegun,
        (*_CONFLICTS, 422),
        done=201,
    ),
    ("POST", "/v1/restrictions/lift"): Operation(
        "Lift a restriction of which the person was told",
        restricting.Lifting,
        restrictions.RestrictionLifted,
        (*_CONFLICTS, 422),
    ),
    ("POST", "/v1/restrictions/list"): Operation(
        "What one's organisation restricted", restricting.Nothing, restrictions.Restrictions
    ),
    ("POST", "/v1/merges/preview"): Operation(
        "What making one file of two would change", merging.Comparing, merge.MergePreview, _CONFLICTS
    ),
    ("POST", "/v1/merges/make"): Operation(
        "Make one file of two of the same person", merging.Merging, merge.Merged, _CONFLICTS, done=201
    ),
    ("POST", "/v1/merges/undo"): Operation("Make two files again", merging.OneMerge, merge.Unmerged, _CONFLICTS),
    ("POST", "/v1/merges/list"): Operation("Merges of one's organisation", merging.Purposed, merge.Merges),
    ("POST", "/v1/agents"): Operation("Names of colleagues", agents.Colleagues, agents.Named),
    ("POST", "/v1/inventory"): Operation("Accounts with their exposure", exposure.Wanted, exposure.Page),
    ("POST", "/v1/inventory/account"): Operation(
        "One account with its line of creation", exposure.About, exposure.Line, (*_COMMON, 404)
    ),
    ("POST", "/v1/inventory/followed"): Operation(
        "How many people each organisation follows", exposure.Everybody, exposure.Followed
    ),
    ("POST", "/v1/consultations"): Operation(
        "The last hour's consultations against the budgets", consultations.Watched, consultations.Live
    ),
    ("POST", "/v1/journal/entries"): Operation(
        "Entries of the journal", consultations.Searched, consultations.Entries
    ),
    ("POST", "/v1/journal/entry"): Operation(
        "One entry of the journal", consultations.Numbered, consultations.Shown, (*_COMMON, 404)
    ),
    ("POST", "/v1/journal/proof"): Operation(
        "The proof of one entry in the published log", consultations.Numbered, consultations.Proof, (*_COMMON, 404)
    ),
    ("POST", authzen.EVALUATION): Operation("AuthZEN evaluation", authzen.Evaluation, authzen.Decision),
    ("POST", authzen.EVALUATIONS): Operation("AuthZEN evaluations", authzen.Evaluations, machines.Evaluated),
    ("GET", authzen.METADATA): Operation("AuthZEN metadata", None, machines.Metadata, (), ()),
    ("GET", "/healthz"): Operation("Whether the guard can decide", None, machines.Health, (), ()),
    ("POST", "/v1/sessions"): Operation(
        "Redeem the one-time code of a sign-in", sessions.Redemption, session.Begun, _COMMON, ("application",)
    ),
    ("GET", "/v1/session"): Operation("Describe the session", None, session.Session),
    ("PUT", "/v1/session"): Operation("Choose a membership", sessions.Choice, session.Session),
    ("DELETE", "/v1/session"): Operation("Sign out", None, session.Ended),
    ("POST", "/v1/session/end-all"): Operation("Sign out everywhere", None, session.Ended),
    ("POST", "/v1/requests/options"): Operation("What one may ask for", None, asked_for.Options),
    ("POST", "/v1/requests/make"): Operation(
        "Make a request that others must agree to", approvals.Making, asked_for.Made, _CONFLICTS, done=201
    ),
    ("POST", "/v1/requests/list"): Operation("A page of requests", approvals.Listing, asked_for.Requests),
    ("POST", "/v1/requests/show"): Operation("One request", approvals.OneRequest, asked_for.Request, _CONFLICTS),
    ("POST", "/v1/requests/withdraw"): Operation(
        "Take back one's own request", approvals.OneRequest, asked_for.Withdrawn, _CONFLICTS
    ),
    ("POST", "/v1/enrolments/list"): Operation("Colleagues on their way in", None, asked_for.Arrivals),
    ("POST", "/v1/enrolments/quarantined"): Operation(
        "Colleagues whose identity must be proven again", None, asked_for.Quarantine
    ),
    ("POST", "/v1/providers/list"): Operation(
        "Identity providers that an organisation accepts", providers.Listing, provider.Providers, _CONFLICTS
    ),
    ("POST", "/v1/providers/withdraw"): Operation(
        "Accept an identity provider no longer", providers.Withdrawal, provider.Withdrawn, _CONFLICTS
    ),
    ("POST", "/v1/invoicing/standing"): Operation(
        "Whether this session bills, and for whom", invoicing.Asking, billed.Standing
    ),
    ("POST", "/v1/containments/options"): Operation("What may be contained, and why", None, cut.Options),
    ("POST", "/v1/containments/preview"): Operation(
        "What a containment would cost", containing.Target, cut.Preview, _CONFLICTS
    ),
    ("POST", "/v1/containments/make"): Operation("Cut off", containing.Cutting, cut.Done, _CONFLICTS, done=201),
    ("POST", "/v1/containments/suspend"): Operation(
        "Suspend a colleague's account", containing.Suspending, cut.Suspended, _CONFLICTS
    ),
    ("POST", "/v1/containments/list"): Operation("Containments in force and past", containing.Listing, cut.Cuts),
    ("POST", "/v1/partners/list"): Operation("A page of partners", partners.Listing, partner.Partners),
    ("POST", "/v1/partners/show"): Operation("One partner", partners.OnePartner, partner.Partner, _CONFLICTS),
    ("POST", "/v1/partners/end"): Operation(
        "End a contract, or shorten it", partners.Ending, partner.Ended, _CONFLICTS
    ),
    ("POST", "/v1/partners/checklist"): Operation(
        "Tick an item of a check-list", partners.Ticking, Nothing, _CONFLICTS
    ),
    ("POST", "/v1/partners/audits/open"): Operation(
        "Open an audit", partners.AuditOpening, partner.Begun, _CONFLICTS, done=201
    ),
    ("POST", "/v1/partners/audits/show"): Operation("One audit", partners.OneAudit, partner.AuditShown, _CONFLICTS),
    ("POST", "/v1/partners/audits/answer"): Operation(
        "Answer a question of an audit", partners.Answering, Nothing, _CONFLICTS
    ),
    ("POST", "/v1/partners/audits/correct"): Operation(
        "Date a correction, or say it is made", partners.Correcting, Nothing, _CONFLICTS
    ),
    ("POST", "/v1/partners/audits/close"): Operation("Close an audit", partners.OneAudit, Nothing, _CONFLICTS),
    ("POST", "/v1/roster/list"): Operation(
        "An organisation's roster", partners.RosterListing, partner.Roster, _CONFLICTS
    ),
    ("POST", "/v1/roster/remove"): Operation(
        "Take a domain or an address off the roster", partners.RosterRemoval, Nothing, _CONFLICTS
    ),
    ("POST", "/v1/reviews/campaigns"): Operation("Campaigns of review", reviewing.Listing, review.Campaigns),
    ("POST", "/v1/reviews/sheet"): Operation(
        "What a campaign has to review", reviewing.Sheet, review.Sheet, _CONFLICTS
    ),
    ("POST", "/v1/reviews/prepare"): Operation(
        "Prepare verdicts for their signature", reviewing.Preparing, review.Prepared, _CONFLICTS, done=201
    ),
    ("POST", "/v1/reviews/evidence"): Operation(
        "The evidence file of a campaign", reviewing.OneCampaign, review.Evidence, _CONFLICTS
    ),
    ("POST", "/v1/leave"): Operation("Somebody has left", sweeping.Leave, sweeping.Left, _CONFLICTS),
    ("POST", "/v1/leave/application"): Operation(
        "Somebody needs one application no more", sweeping.LeaveApplication, sweeping.LeftApplication, _CONFLICTS
    ),
    ("POST", "/v1/leavers/accounts"): Operation(
        "Accounts of an organisation", sweeping.Roll, leaving.Roll, _CONFLICTS
    ),
    ("POST", "/v1/leavers/list"): Operation("Leavers who wait for a person", sweeping.Waiting, leaving.Pending),
    ("POST", "/v1/leavers/confirm"): Operation(
        "Carry out a leaving that waited", sweeping.OneLeaver, sweeping.Decided, _CONFLICTS
    ),
    ("POST", "/v1/leavers/dismiss"): Operation(
        "Dismiss a leaving that waited", sweeping.OneLeaver, sweeping.Decided, _CONFLICTS
    ),
    ("POST", "/v1/admissions/list"): Operation("Whom directories ask for", admitting.Listing, queue.Queue),
    ("POST", "/v1/admissions/show"): Operation(
        "One admission, and the roles one may ask for there", admitting.OneAdmission, queue.Shown, _CONFLICTS
    ),
    ("POST", "/v1/admissions/take-up"): Operation(
        "Make the request that an admission waits for", admitting.TakingUp, asked_for.Made, _CONFLICTS, done=201
    ),
    ("POST", "/v1/admissions/dismiss"): Operation(
        "Dismiss an admission", admitting.Dismissing, admitting.Dismissed, _CONFLICTS
    ),
    ("POST", "/v1/leavers/import"): Operation(
        "Read a personnel file", sweeping.Import, sweeping.Imported, _CONFLICTS
    ),
    ("GET", "/v1/awareness"): Operation("One's course, exam and attestation", None, awareness.Standing, _CONFLICTS),
    ("POST", "/v1/awareness/course"): Operation(
        "The chapters of one's course", awareness.Nothing, course.CourseRead, _CONFLICTS
    ),
    ("POST", "/v1/awareness/begin"): Operation("Begin the exam", awareness.Nothing, course.Exam, _CONFLICTS),
    ("POST", "/v1/awareness/answer"): Operation("Answer the exam", awareness.Answering, awareness.Result, _CONFLICTS),
    ("POST", "/v1/forensics/options"): Operation("What one may ask about", forensics.Nothing, past.Options),
    ("POST", "/v1/forensics/readers"): Operation("Whom some agents read", forensics.Asking, past.Readers, _CONFLICTS),
    ("POST", "/v1/forensics/read-by"): Operation(
        "Who read one person", forensics.AskingAbout, past.ReadBy, _CONFLICTS
    ),
    ("POST", "/v1/invitations/make"): Operation(
        "A code for a person's own space, handed over at the office",
        inviting.Inviting,
        own.Invited,
        _CONFLICTS,
        done=201,
    ),
    ("POST", "/v1/person/sessions"): Operation(
        "Redeem the one-time code of a person's sign-in", sessions.Redemption, own.Begun, _COMMON, ("application",)
    ),
    ("POST", "/v1/person/end"): Operation("A person signs out", personal.Nothing, own.Ended),
    ("POST", "/v1/person/consultations"): Operation(
        "Who consulted one's own file", personal.Period, own.Consultations
    ),
    ("POST", "/v1/person/file"): Operation(
        "Everything of one's own file", own_file.Whole, own.OwnFile, (*_COMMON, 404)
    ),
    ("POST", "/v1/person/attachments/list"): Operation(
        "Documents of one's own file", own_attachments.Listing, own.OwnAttachments
    ),
    ("POST", "/v1/person/attachments/open"): Operation(
        "Open a document of one's own file", own_attachments.One, attachment.OpenedAttachment, _CONFLICTS
    ),
    ("POST", "/v1/person/self"): Operation(
        "By which ids one is kept, and who follows one", oneself.Asking, own.Oneself
    ),
    ("POST", "/v1/person/requests/make"): Operation(
        "Ask something about one's own data", asking.Asking, own.Asked, _CONFLICTS, done=201
    ),
    ("POST", "/v1/person/requests/list"): Operation(
        "What one asked about one's own data", asking.Following, own.OwnRequests
    ),
    ("POST", "/v1/person/presence/places"): Operation(
        "Organisations that follow people, by name", proving_presence.Searching, own.PresencePlaces
    ),
    ("POST", "/v1/person/presence/make"): Operation(
        "A code for the desk where one stands", proving_presence.Making, own.PresenceMade, _CONFLICTS, done=201
    ),
    ("POST", "/v1/person/presence/list"): Operation(
        "One's codes of late", proving_presence.Listing, own.PresenceCodes
    ),
    ("POST", "/v1/person/presence/take-back"): Operation(
        "End a code that nobody used", proving_presence.TakingBack, Nothing, _CONFLICTS
    ),
    ("POST", "/v1/person/proof"): Operation(
        "The proof of one consultation of one's own file", personal.One, own.Proof, (*_CONFLICTS, 410)
    ),
    ("POST", "/v1/person/report"): Operation(
        "Report a consultation that one does not recognise", personal.One, own.Reported, _CONFLICTS, done=201
    ),
    ("POST", "/v1/person/reports"): Operation("What one reported", personal.Nothing, own.OwnReports),
    ("POST", "/v1/person/breaches"): Operation(
        "Breaches that concern whose space it is", breach_doors.Listing, breach.OwnBreaches
    ),
    ("POST", "/v1/breaches/list"): Operation("Declared breaches", breach_doors.Listing, breach.Breaches),
    ("POST", "/v1/reports/list"): Operation(
        "Consultations that people do not recognise", personal.Listing, own.Reports
    ),
    ("POST", "/v1/delays/list"): Operation("What people are not shown yet", delay_doors.Delaying, own.Delays),
    ("POST", "/v1/reports/examine"): Operation(
        "Say that a report is being looked into", personal.OneReport, own.Moved, _CONFLICTS
    ),
    ("POST", "/v1/reports/answer"): Operation("Answer a report", personal.Answering, own.Moved, _CONFLICTS),
}
UNDOCUMENTED: Final = frozenset({"/v1/token", "/metrics", "/openapi.json"})
"""RFC 7523's own form, Prometheus' own text, and this document."""

"""GET /sign-out: where the identity provider's logout ends. It ends no session: an application's DELETE did."""

from beffroi.core.ids import CODE
from beffroi.guard import stamped
from beffroi.guard.signin import browser, messages
from beffroi.guard.signin.integrity import alerting
from beffroi.guard.signin.pages import origin_of
from beffroi.guard.web.requests import Answer, Call, Malformed


@alerting
async def left(call: Call) -> Answer:
    """Say so, forget the browser's cookie, and offer the way back to the application."""
    try:
        application = call.query_fields().get("state", "").partition(".")[0]
    except Malformed:
        application = ""
    if CODE.fullmatch(application) is None:
        return messages.answer(call, messages.SIGNED_OUT, over=True)
    async with call.services.pool.acquire() as conn:
        row = await conn.fetchrow("SELECT * FROM guard.application WHERE id = $1", application)
    if row is None or not row["redirect_uris"]:
        return messages.answer(call, messages.SIGNED_OUT, over=True)
    stamped.genuine(call.services.keys, "application", row)
    forget = browser.clear(call, browser.agent_cookie(application))
    home = f"{origin_of(row['redirect_uris'][0])}/"
    return messages.answer(
        call, messages.SIGNED_OUT, forget, over=True, link=home, link_text="Revenir à l’application"
    )

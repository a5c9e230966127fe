# Authlib ships no types: its errors are unknown to the checker.
# mypy: disable-error-code="import-untyped, misc"
"""The provider as an ASGI application: routes, cookies, and what ProConnect refuses before OAuth begins."""

import hmac
import json
import secrets
import time
from collections.abc import Callable, Collection
from urllib.parse import quote

import pyotp
from authlib.oauth2 import OAuth2Error
from joserfc.jwk import ECKey

from beffroi.simulation.identity_provider.assurance import Asked, preferred_method
from beffroi.simulation.identity_provider.authority import CLIENT_METHODS, Authority
from beffroi.simulation.identity_provider.directory import Directory
from beffroi.simulation.identity_provider.misbehaviour import Misbehaviour
from beffroi.simulation.identity_provider.mode import SettingsRefused
from beffroi.simulation.identity_provider.personas import Persona
from beffroi.simulation.identity_provider.records import (
    INTERACTION_SECONDS,
    SESSION_SECONDS,
    Clock,
    Interaction,
    Session,
    Shelf,
)
from beffroi.simulation.identity_provider.rendering import render
from beffroi.simulation.identity_provider.residents import Resident
from beffroi.simulation.identity_provider.settings import Settings
from beffroi.simulation.identity_provider.web import (
    Receive,
    Refused,
    Request,
    Response,
    Scope,
    Send,
    read_request,
    send_response,
)

MIN_STATE_CHARACTERS = 32


class Application:
    """One part of the provider. ``misbehaviours`` is for tests alone: neither a request nor a setting reaches it."""

    def __init__(
        self,
        settings: Settings,
        directory: Directory[Persona] | Directory[Resident],
        key: ECKey,
        misbehaviours: Collection[Misbehaviour] = frozenset(),
        clock: Clock = time.time,
    ) -> None:
        self._settings = settings
        self._role = settings.role
        self._directory = directory
        self._clock = clock
        self._authority = Authority(settings, key, misbehaviours, clock)
        self._sessions: Shelf[Session] = Shelf(SESSION_SECONDS, clock)
        self._interactions: Shelf[Interaction] = Shelf(INTERACTION_SECONDS, clock)
        base = settings.base_path
        self._routes: dict[tuple[str, str], Callable[[Request], Response]] = {
            ("GET", f"{base}/.well-known/openid-configuration"): self._discovery,
            ("GET", f"{base}/jwks"): self._jwks,
            ("GET", f"{base}/authorize"): self._authorize,
            ("POST", f"{base}/token"): self._token,
            ("GET", f"{base}/userinfo"): self._userinfo,
            ("GET", f"{base}/session/end"): self._end_session,
            ("GET", f"{settings.prefix}/"): self._home,
            ("GET", f"{settings.prefix}/healthz"): lambda _: _json(200, {"status": "ok"}),
        }
        if settings.role.telephones:
            self._routes["GET", f"{settings.prefix}/telephone"] = self._telephones

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        try:
            response = self._answer(await read_request(scope, receive))
        except Refused as refused:
            response = _message(refused.status, "Demande refusée", refused.sentence)
        except SettingsRefused:
            sentence = "Le fichier des identités inventées est illisible : rechargez la démonstration."
            response = _message(503, "Service indisponible", sentence)
        await send_response(send, response)

    def _answer(self, request: Request) -> Response:
        route = self._routes.get((request.method, request.path))
        if route is not None:
            return route(request)
        area, _, name = request.path.removeprefix(f"{self._settings.prefix}/").partition("/")
        if area == "connexion" and request.method in {"GET", "POST"}:
            return self._interaction(request, name)
        if area == "telephone" and request.method == "GET" and self._role.telephones:
            return self._telephone(name)
        if any(path == request.path for _, path in self._routes):
            raise Refused(405, "Cette adresse ne s’utilise pas de cette façon.")
        raise Refused(404, "Cette page n’existe pas.")

    def _discovery(self, _: Request) -> Response:
        issuer = self._settings.issuer
        return _json(
            200,
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "jwks_uri": f"{issuer}/jwks",
                "end_session_endpoint": f"{issuer}/session/end",
                "scopes_supported": list(self._role.scopes),
                "acr_values_supported": list(self._role.acr_values),
                "claims_supported": ["sub", "acr", "amr", "auth_time", "iss", *self._role.scopes[1:]],
                "claims_parameter_supported": True,
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "token_endpoint_auth_methods_supported": CLIENT_METHODS,
                "token_endpoint_auth_signing_alg_values_supported": ["ES256", "EdDSA"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "userinfo_signing_alg_values_supported": ["ES256"],
                "request_parameter_supported": False,
                "request_uri_parameter_supported": False,
                **({"code_challenge_methods_supported": ["S256"]} if self._settings.pkce else {}),
            },
        )

    def _jwks(self, _: Request) -> Response:
        return _json(200, {"keys": [self._authority.key.as_dict(private=False)]})

    def _authorize(self, request: Request) -> Response:
        parameters = request.parameters
        asked = self._check_as_proconnect(parameters)
        browser = request.cookie(self._role.cookie)
        session = self._sessions.get(browser) if browser else None
        if session is not None and not self._is_enough(session, asked, parameters):
            session = None
        try:
            grant = self._authority.get_consent_grant(request, end_user=session)
        except OAuth2Error as error:
            return self._oauth_error(error, parameters)
        if session is not None:
            wrapped = grant.request
            answer: Response = self._authority.create_authorization_response(wrapped, session, grant)
            return answer
        browser = browser or secrets.token_urlsafe(32)
        name = self._interactions.put(Interaction(request.query, browser))
        return self._with_cookie(
            Response(303, headers=(("location", f"{self._settings.prefix}/connexion/{name}"),)), browser
        )

    def _check_as_proconnect(self, parameters: dict[str, str]) -> Asked:
        """What ProConnect answers with error Y000400 on its own page: the client is at fault, no redirect."""
        unknown = sorted(set(parameters) - self._authority.parameters)
        if unknown:
            raise Refused(400, "Y000400 : la demande du service contient un paramètre inconnu.")
        for name in ("state", "nonce"):
            if len(parameters.get(name, "")) < MIN_STATE_CHARACTERS:
                raise Refused(400, f"Y000400 : le paramètre « {name} » compte moins de 32 caractères.")
        asked = self._role.asked(parameters)
        if asked is None:
            raise Refused(400, "Y000400 : le niveau d’identification demandé n’est pas lisible.")
        if not parameters.get("max_age", "0").isdecimal():
            raise Refused(400, "Y000400 : le paramètre « max_age » n’est pas un nombre.")
        return asked

    def _is_enough(self, session: Session, asked: Asked, parameters: dict[str, str]) -> bool:
        if "login" in parameters.get("prompt", "").split() or not asked.satisfied_by(session.method.acr):
            return False
        max_age = parameters.get("max_age")
        return max_age is None or self._clock() - session.authenticated <= int(max_age)

    def _interaction(self, request: Request, name: str) -> Response:
        interaction = self._interactions.get(name)
        mine = interaction is not None and hmac.compare_digest(
            interaction.browser.encode(), request.cookie(self._role.cookie).encode()
        )
        if interaction is None or not mine:
            raise Refused(404, "Cette connexion a expiré ou a déjà servi. Revenez au service et recommencez.")
        here = f"{self._settings.prefix}/connexion/{name}"
        authorization = Request("GET", f"{self._settings.base_path}/authorize", interaction.query, {}, b"")
        asked = self._role.asked(authorization.parameters) or Asked()
        if request.method == "POST":
            return self._sign_in(request, name, authorization, asked)
        persona = self._directory.find(request.parameters.get("personne", ""))
        if persona is not None:
            return render(
                "password.html", persona=persona, here=here, methods=self._role.methods,
                chosen=preferred_method(asked, self._role.methods),
            )  # fmt: skip
        words = request.parameters.get("recherche") or request.parameters.get("login_hint", "")
        people, total = self._directory.search(words)
        return render(
            "people.html",
            title="Qui se connecte ?",
            introduction="Choisissez la personne inventée dont vous prenez le rôle.",
            here=here,
            there=lambda persona: f"{here}?personne={quote(persona.login)}",
            words=words,
            people=people,
            total=total,
            cancel=True,
        )

    def _sign_in(self, request: Request, name: str, authorization: Request, asked: Asked) -> Response:
        form = request.form
        persona = self._directory.find(form.get("login", ""))
        method = next((one for one in self._role.methods if one.code == form.get("method")), None)
        session: Session | None = None
        if form.get("action") != "cancel":
            if persona is None or method is None:
                raise Refused(400, "Choisissez une personne et une manière de se connecter.")
            session = Session(persona, method, int(self._clock()))
        self._interactions.take(name)
        # ProConnect answers access_denied when the assurance asked for as essential is not reached.
        granted = session if session is not None and asked.satisfied_by(session.method.acr) else None
        try:
            grant = self._authority.get_consent_grant(authorization, end_user=session)
        except OAuth2Error as error:
            return self._oauth_error(error, authorization.parameters)
        answer: Response = self._authority.create_authorization_response(grant.request, granted, grant)
        if granted is None:
            return answer
        self._sessions.take(request.cookie(self._role.cookie))
        return self._with_cookie(answer, self._sessions.put(granted))

    def _oauth_error(self, error: OAuth2Error, parameters: dict[str, str]) -> Response:
        # An error goes back to the service only at an address registered for it (RFC 6749 §4.1.2.1).
        if getattr(error, "redirect_uri", None):
            error.state = parameters.get("state")
            answer: Response = self._authority.handle_response(*error(None))
            return answer
        raise Refused(400, "Y000400 : le service ou son adresse de retour ne sont pas enregistrés ici.")

    def _token(self, request: Request) -> Response:
        answer: Response = self._authority.create_token_response(request)
        return answer

    def _userinfo(self, request: Request) -> Response:
        try:
            answer: Response = self._authority.handle_response(*self._authority.userinfo(request))
        except OAuth2Error as error:
            answer = self._authority.handle_response(*error(None))
        return answer

    def _end_session(self, request: Request) -> Response:
        if not {"id_token_hint", "state", "post_logout_redirect_uri"} <= request.parameters.keys():
            raise Refused(400, "Y000400 : la demande de déconnexion est incomplète.")
        try:
            ending = self._authority.validate_endpoint_request("end_session", request)
        except OAuth2Error as error:
            raise Refused(400, "Y000400 : la preuve de connexion n’a pas été émise ici.") from error
        self._sessions.take(request.cookie(self._role.cookie))
        answer: Response | None = self._authority.create_endpoint_response("end_session", ending)
        if answer is None:
            answer = _message(200, "Vous êtes déconnecté", "Vous pouvez fermer cette page.")
        return self._with_cookie(answer, "")

    def _home(self, _: Request) -> Response:
        sentence = "Pour vous connecter, partez du service : il vous amènera ici."
        return _message(200, self._role.title, sentence)

    def _telephones(self, request: Request) -> Response:
        words = request.parameters.get("recherche", "")
        people, total = self._directory.search(words)
        return render(
            "people.html",
            title="Téléphone de démonstration",
            introduction="Choisissez une personne pour voir le code que son téléphone afficherait.",
            here="/telephone",
            there=lambda persona: f"/telephone/{quote(persona.login)}",
            words=words,
            people=people,
            total=total,
            cancel=False,
        )

    def _telephone(self, login: str) -> Response:
        persona = self._directory.find(login)
        if persona is None:
            raise Refused(404, "Cette personne n’existe pas.")
        now = int(self._clock())
        secret = persona.totp_secret if isinstance(persona, Persona) else None
        code = pyotp.TOTP(secret).at(now) if secret else None
        return render("telephone.html", persona=persona, code=code, seconds=30 - now % 30)

    def _with_cookie(self, response: Response, value: str) -> Response:
        secure = "; Secure" if self._settings.issuer.startswith("https:") else ""
        life = f"; Max-Age={SESSION_SECONDS}" if value else "; Max-Age=0"
        return response.with_header(
            "set-cookie", f"{self._role.cookie}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{life}"
        )


def _json(status: int, value: object) -> Response:
    return Response(status, json.dumps(value).encode(), (("content-type", "application/json"),))


def _message(status: int, title: str, sentence: str) -> Response:
    return render("message.html", status, title=title, sentence=sentence)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return

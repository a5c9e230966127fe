# Authlib ships no types: what is inherited from it is unknown to the checker, in this module only.
# mypy: disable-error-code="import-untyped, misc, no-untyped-call"
"""The authorization server: Authlib's grants and endpoints, with ProConnect's habits added.

Rules come from OpenID Connect Core 1.0, RP-Initiated Logout 1.0 and ProConnect's partner documentation.
"""

import base64
import hmac
import json
import secrets
import time
from collections.abc import Collection
from typing import Any, ClassVar

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    ClientMixin,
    InvalidRequestError,
    OAuth2Request,
    ResourceProtector,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, UserInfoEndpoint
from authlib.oidc.rpinitiated import EndSessionEndpoint
from joserfc.jwk import ECKey, KeySet

from beffroi.simulation.identity_provider.misbehaviour import Misbehaviour
from beffroi.simulation.identity_provider.records import (
    ACCESS_TOKEN_SECONDS,
    CODE_SECONDS,
    AccessToken,
    Clock,
    Code,
    Session,
    Shelf,
)
from beffroi.simulation.identity_provider.settings import Settings
from beffroi.simulation.identity_provider.web import Request, Response

PKCE_PARAMETERS = frozenset({"code_challenge", "code_challenge_method"})
CLIENT_METHODS = ["client_secret_post", "private_key_jwt"]


class Client(ClientMixin):
    """The guard, as registered with the provider."""

    id_token_signed_response_alg = "ES256"

    def __init__(self, settings: Settings) -> None:
        self.client_id = settings.client_id
        self._secret = settings.client_secret
        self._redirect_uris = settings.redirect_uris
        self._has_key = settings.client_jwks is not None
        self._scopes = settings.role.scopes
        self.client_metadata = {
            "userinfo_signed_response_alg": "ES256",
            "post_logout_redirect_uris": list(settings.post_logout_redirect_uris),
        }

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return ""  # an empty value makes Authlib require the parameter, as ProConnect does

    def get_allowed_scope(self, scope: str) -> str:
        return " ".join(name for name in (scope or "").split() if name in self._scopes)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self._redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return hmac.compare_digest(self._secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == ("private_key_jwt" if self._has_key else "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        return bool(response_type == "code")

    def check_grant_type(self, grant_type: str) -> bool:
        return bool(grant_type == "authorization_code")


class ClientAssertion(JWTBearerClientAssertion):
    CLIENT_AUTH_METHOD = "private_key_jwt"

    def __init__(self, settings: Settings, clock: Clock) -> None:
        super().__init__()
        self._audiences = [settings.issuer, f"{settings.issuer}/token"]
        self._keys = KeySet.import_key_set(json.loads(settings.client_jwks or b'{"keys": []}'))
        self._seen: Shelf[bool] = Shelf(300, clock)

    def get_audiences(self) -> list[str]:
        return self._audiences

    def resolve_client_public_key(self, client: Client) -> KeySet:
        return self._keys

    def validate_jti(self, claims: Any, jti: str) -> bool:
        fresh = self._seen.get(jti) is None
        self._seen.put(True, jti)
        return fresh


class OpenIdRequest(OAuth2Request):
    """One HTTP request in Authlib's eyes; ``uri`` is the provider's own, whatever the Host header says."""

    def __init__(self, request: Request, origin: str) -> None:
        super().__init__(request.method, f"{origin}{request.path}", headers=dict(request.headers))
        self._args = request.parameters
        self._form = request.form if request.method == "POST" else {}
        self.headers["Authorization"] = request.headers.get("authorization", "")
        self.payload = BasicOAuth2Payload(self._form if request.method == "POST" else self._args)

    @property
    def args(self) -> dict[str, str]:
        return self._args

    @property
    def form(self) -> dict[str, str]:
        return self._form


class Grant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = CLIENT_METHODS

    def save_authorization_code(self, code: str, request: OpenIdRequest) -> None:
        data = request.payload.data
        asked = self.server.settings.role.asked(data)
        if asked is None:
            raise InvalidRequestError("The assurance asked for is not what OpenID Connect Core 5.5 describes.")
        record = Code(
            code=code,
            client_id=request.client.client_id,
            redirect_uri=data["redirect_uri"],
            scope=request.scope,
            nonce=data["nonce"],
            asked=asked,
            session=request.user,
            code_challenge=data.get("code_challenge"),
            code_challenge_method=data.get("code_challenge_method"),
        )
        self.server.codes.put(record, code)

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        # Taken, not read: a second use finds nothing, even when the first one failed (RFC 6749 §10.5).
        record: Code | None = self.server.codes.take(code)
        return record if record is not None and record.client_id == client.client_id else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Nothing left to delete: reading the code took it."""

    def authenticate_user(self, authorization_code: Code) -> Session:
        return authorization_code.session


class S256Challenge(CodeChallenge):
    SUPPORTED_CODE_CHALLENGE_METHOD: ClassVar[list[str]] = ["S256"]


class IdToken(OpenIDCode):
    def __init__(self, authority: "Authority") -> None:
        super().__init__(require_nonce=True)
        self._authority = authority

    def exists_nonce(self, nonce: str, request: OpenIdRequest) -> bool:
        return False  # ProConnect leaves replay of the nonce to the service, which is what is tested

    def resolve_client_private_key(self, client: Client) -> ECKey:
        return self._authority.key

    def get_encode_header(self, client: Client) -> dict[str, str]:
        return {"alg": "ES256", "kid": str(self._authority.key.kid)}

    def get_client_claims(self, client: Client) -> dict[str, object]:
        now = int(self._authority.clock())
        lie = self._authority.misbehaviours
        late = 3600 if Misbehaviour.EXPIRED in lie else 0
        return {
            "iss": self._authority.settings.issuer,
            "aud": "somebody-else" if Misbehaviour.WRONG_AUDIENCE in lie else client.client_id,
            "iat": now - late,
            "exp": now + ACCESS_TOKEN_SECONDS - late,
        }

    def get_authorization_code_claims(self, authorization_code: Code) -> dict[str, object]:
        claims: dict[str, object] = super().get_authorization_code_claims(authorization_code)
        if Misbehaviour.WRONG_NONCE in self._authority.misbehaviours:
            claims["nonce"] = "x" * 43
        if Misbehaviour.UNKNOWN_ACR in self._authority.misbehaviours:
            claims["acr"] = "https://elsewhere.example/assurance/gold"
        return claims

    def generate_user_info(self, user: Session, scope: str) -> dict[str, object]:
        return {"sub": self._authority.subject(user)}

    def encode_id_token(self, token: dict[str, Any], request: OpenIdRequest) -> str:
        encoded: str = super().encode_id_token(token, request)
        if Misbehaviour.ALGORITHM_NONE in self._authority.misbehaviours:
            header = json.dumps({"alg": "none", "kid": self._authority.key.kid}).encode()
            payload = encoded.split(".")[1]
            return f"{base64.urlsafe_b64encode(header).rstrip(b'=').decode()}.{payload}."
        return encoded


class UserInfo(UserInfoEndpoint):
    """Signed userinfo; handing over a key set makes the library write the ``kid`` of its only key."""

    def get_issuer(self) -> str:
        return str(self.server.settings.issuer)

    def resolve_private_key(self) -> KeySet:
        return KeySet([self.server.key])

    def get_supported_algorithms(self) -> list[str]:
        return ["ES256"]

    def generate_user_info(self, user: Session, scope: str) -> dict[str, object]:
        claims = self.server.settings.role.claims(user.persona, scope.split())
        other = Misbehaviour.USERINFO_OTHER_SUB in self.server.misbehaviours
        return {"sub": "somebody-else" if other else self.server.subject(user), **claims}


class Bearer:
    """Finds the access token of one request, where Authlib expects a framework's current request."""

    def __init__(self, tokens: Shelf[AccessToken], request: OpenIdRequest) -> None:
        self._request = request
        self._protector = ResourceProtector()
        self._protector.register_token_validator(_TokenShelf(tokens))

    def acquire_token(self, scopes: str | list[str]) -> AccessToken:
        wanted = [scopes] if isinstance(scopes, str) else scopes
        token: AccessToken = self._protector.validate_request(wanted, self._request)
        return token


class _TokenShelf(BearerTokenValidator):
    def __init__(self, tokens: Shelf[AccessToken]) -> None:
        super().__init__()
        self._tokens = tokens

    def authenticate_token(self, token_string: str) -> AccessToken | None:
        return self._tokens.get(token_string)


class EndSession(EndSessionEndpoint):
    def get_server_jwks(self) -> KeySet:
        return KeySet([self.server.key])

    def get_algorithms(self) -> list[str]:
        return ["ES256"]

    def end_session(self, end_session_request: object) -> None:
        """The session is bound to the browser's cookie, which the edge forgets."""


class Authority(AuthorizationServer):
    """One provider with one client; ``misbehaviours`` is read at each answer, a test may change it."""

    def __init__(
        self,
        settings: Settings,
        key: ECKey,
        misbehaviours: Collection[Misbehaviour],
        clock: Clock = time.time,
    ) -> None:
        super().__init__(scopes_supported=list(settings.role.scopes))
        self.settings = settings
        self.key = key
        self.misbehaviours = misbehaviours
        self.clock = clock
        self.codes: Shelf[Code] = Shelf(CODE_SECONDS, clock)
        self.tokens: Shelf[AccessToken] = Shelf(ACCESS_TOKEN_SECONDS, clock)
        self._client = Client(settings)
        self.register_token_generator("default", self._bearer_token)
        extensions = [IdToken(self), *([S256Challenge(required=False)] if settings.pkce else [])]
        self.register_grant(Grant, extensions)
        self.register_endpoint(EndSession)
        if settings.client_jwks is None:
            # Authlib tries every method of the grant; an unregistered client key authenticates nobody.
            self.register_client_auth_method("private_key_jwt", lambda query_client, request: None)
        else:
            self.register_client_auth_method("private_key_jwt", ClientAssertion(settings, clock))

    @property
    def parameters(self) -> frozenset[str]:
        switches = (PKCE_PARAMETERS if self.settings.pkce else frozenset[str]()) | (
            frozenset({"max_age"}) if self.settings.max_age else frozenset[str]()
        )
        return self.settings.role.parameters | switches

    def subject(self, session: Session) -> str:
        changed = Misbehaviour.CHANGED_SUB in self.misbehaviours
        return f"{session.persona.sub}-anew" if changed else session.persona.sub

    def _bearer_token(self, **_: object) -> dict[str, object]:
        return {
            "token_type": "Bearer",
            "access_token": secrets.token_urlsafe(32),
            "expires_in": ACCESS_TOKEN_SECONDS,
            "scope": _.get("scope"),
        }

    def query_client(self, client_id: str) -> Client | None:
        return self._client if client_id == self._client.client_id else None

    def save_token(self, token: dict[str, str], request: OpenIdRequest) -> None:
        self.tokens.put(AccessToken(request.client, request.user, token["scope"]), token["access_token"])

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: Request | OpenIdRequest) -> OpenIdRequest:
        return request if isinstance(request, OpenIdRequest) else OpenIdRequest(request, self.settings.origin)

    def handle_response(self, status: int, body: object, headers: Collection[tuple[str, str]]) -> Response:
        raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        # 303, so that the browser leaves a submitted form with a GET (RFC 9110 §15.4.4).
        return Response(303 if status == 302 else status, raw, tuple((n.lower(), v) for n, v in headers))

    def userinfo(self, request: Request) -> tuple[int, object, list[tuple[str, str]]]:
        """Raises Authlib's ``OAuth2Error`` for a token unknown, expired, or without scope openid."""
        wrapped = self.create_oauth2_request(request)
        endpoint = UserInfo(self, Bearer(self.tokens, wrapped))
        if Misbehaviour.USERINFO_UNSIGNED in self.misbehaviours:
            token = Bearer(self.tokens, wrapped).acquire_token(["openid"])
            claims = endpoint.generate_user_info(token.session, token.scope)
            return 200, json.dumps(claims), [("content-type", "application/json")]
        answer: tuple[int, object, list[tuple[str, str]]] = endpoint(wrapped)
        return answer

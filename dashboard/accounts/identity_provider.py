"""The client of the identity provider that the settings name (OpenID Connect): the addresses of its sign-in and
sign-out, and the checked claims of who signed in.

Authlib speaks the protocol and decodes tokens; what is accepted is decided here.

After: `dashboard.accounts.provider_identities`, which decides which account the claims open.
"""

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import requests

from dashboard.accounts.provider_client import limit_answers
from dashboard.accounts.sign_in_flow import SignInFlow
from dashboard.accounts.sign_in_request import Refusal
from dashboard.settings import LOOPBACK_HOSTS, load_settings

LOG = logging.getLogger("ccsp")
LARGEST_KEY, MOST_KEYS = 16_384, 100  # characters of a key, number of keys: more are ignored
KEPT = 3_600.0  # seconds for which metadata and keys are cached
AGAIN = 10.0  # seconds before it is asked again after a failure, or for an unknown key
FAR = 1e12  # seconds: a time later than that is no time, and may be longer than any number
LEEWAY = 60  # seconds by which its clock may differ from ours
# Asymmetric algorithms only: with a symmetric one, whoever knows the public key could sign too.
SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
WELL_KNOWN = "/.well-known/openid-configuration"
UNSURE = (
    "Le service d'identité n'a pas pu être cru : recommencer ; si cela se reproduit, le dire à {}."
)
UNPROVED = "Le service d'identité n'a pas dit que le mot de passe vient d'y être donné : rien n'est confirmé. Le dire à {}."
AWAY = "Le service d'identité ne répond pas. Recommencer dans un moment."
AWAY_BESIDE = (
    "Le service d'identité ne répond pas. Recommencer dans un moment, ou se connecter avec un nom et un mot de passe"
    " du tableau de bord."
)
STALE = "Cette connexion n'a pas été commencée dans ce navigateur, ou l'a été il y a trop longtemps : recommencer."
DECLINED = "Le service d'identité n'a connecté personne : recommencer."


class ProviderUnavailable(Refusal):
    """The provider does not answer, or answers nothing that can be used."""

    counted = False


def untrusted_answer(reason: str) -> Refusal:
    """The refusal of an answer that fails a check. reason: for the log; must hold nothing that the provider sent."""
    LOG.warning("the provider of identities is not believed: %s", reason)
    return Refusal(UNSURE.format(load_settings().account_contact))


def no_fresh_proof() -> Refusal:
    """The refusal where the provider does not say that the person has just authenticated."""
    return Refusal(UNPROVED.format(load_settings().account_contact))


def provider_unavailable() -> ProviderUnavailable:
    """The refusal where the provider does not answer: it says what the person can do instead."""
    return ProviderUnavailable(AWAY_BESIDE if load_settings().local_accounts else AWAY)


def _unusable(reason: str) -> ProviderUnavailable:
    """The same as `provider_unavailable`, with a line in the log. reason: must hold nothing that the provider sent."""
    LOG.warning("the provider of identities cannot be used: %s", reason)
    return provider_unavailable()


@dataclass(frozen=True)
class IdentityClaims:
    """The checked claims of who signed in at the provider.

    address: e-mail, "" unless the provider says that it is verified; id_token: the signed token; auth_age: seconds
    since the person authenticated there, None where it does not say.
    """

    issuer: str
    subject: str
    address: str
    id_token: str
    auth_age: float | None = None


class Provider:
    """The identity provider of the settings. Its methods wait for the network: call them in a thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock, self.lock = clock, Lock()
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, Any] | None = None
        self._failed = float("-inf")

    def authorization_url(
        self, flow: SignInFlow, redirect_uri: str, *, force_login: bool = False
    ) -> str:
        """The address of the provider's sign-in page. redirect_uri: our address to which it leads back; force_login:
        ask for the password even of who is signed in there. Raises ProviderUnavailable."""
        with self._session(redirect_uri) as session:
            url, _ = session.create_authorization_url(
                self.metadata()["authorization_endpoint"],
                state=flow.state,
                nonce=flow.nonce,
                code_verifier=flow.verifier,
                **({"prompt": "login", "max_age": 0} if force_login else {}),
            )
        return str(url)

    def fetch_identity(
        self, code: str, flow: SignInFlow, redirect_uri: str, is_known: Callable[[str, str], bool]
    ) -> IdentityClaims:
        """The claims of the person who came back with this code. is_known(issuer, subject): whether an account is
        bound already, so that no address is needed. Raises Refusal."""
        with self._session(redirect_uri) as session:
            token = self._exchange_code(session, code, flow)
            claims = self._verified_claims(token, flow)
            issuer, subject = load_settings().oidc_issuer, str(claims["sub"])
            said: Mapping[str, Any] = claims
            if "email" not in claims and not is_known(issuer, subject):
                said = self._fetch_userinfo(session, subject)
        address = said.get("email")
        verified = said.get("email_verified") is True and isinstance(address, str)
        return IdentityClaims(
            issuer,
            subject,
            str(address) if verified else "",
            str(token["id_token"]),
            _age(claims.get("auth_time")),
        )

    def logout_url(self, id_token: str, redirect_uri: str, state: str) -> str:
        """The address of the provider's sign-out page; "" where it has none, or does not answer. redirect_uri: where
        it leads then, with `state`."""
        from authlib.common.urls import add_params_to_uri

        try:
            end = self.metadata().get("end_session_endpoint", "")
        except ProviderUnavailable:
            return ""
        if not _is_safe_url(end):
            return ""
        hint = {"id_token_hint": id_token} if id_token else {}
        back_to = {"post_logout_redirect_uri": redirect_uri, "state": state}
        return str(
            add_params_to_uri(end, {**hint, "client_id": load_settings().oidc_client_id, **back_to})
        )

    def metadata(self) -> dict[str, Any]:
        """The provider's metadata document, cached for an hour. Raises ProviderUnavailable."""
        with self.lock:
            if self._metadata is None or self.clock() - self._metadata[0] >= KEPT:
                issuer = load_settings().oidc_issuer
                found = self._fetch_json(issuer.rstrip("/") + WELL_KNOWN)
                needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
                if found.get("issuer") != issuer or not all(
                    _is_safe_url(found.get(n)) for n in needed
                ):
                    raise self._note_failure(
                        "it names itself otherwise, or addresses that are none"
                    )
                self._metadata = self.clock(), found
            return self._metadata[1]

    def _public_keys(self, metadata: Mapping[str, Any], *, refetch: bool = False) -> Any:
        """The provider's public keys, cached for an hour; refetch: fetch them again, since a token names another key.
        Raises ProviderUnavailable."""
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        with self.lock:
            old = AGAIN if refetch else KEPT
            if self._keys is None or self.clock() - self._keys[0] >= old:
                held = self._fetch_json(metadata["jwks_uri"]).get("keys")
                public = [
                    one
                    for one in (held[:MOST_KEYS] if isinstance(held, list) else ())
                    if isinstance(one, dict)
                    and one.get("kty") in ("RSA", "EC")
                    and one.get("use") != "enc"
                    and len(repr(one)) <= LARGEST_KEY  # a larger one takes seconds to look at
                ]
                try:
                    self._keys = self.clock(), KeySet.import_key_set({"keys": public})
                except (JoseError, ValueError, KeyError, TypeError) as error:
                    raise self._note_failure(f"keys: {type(error).__name__}") from None
            return self._keys[1]

    def _fetch_json(self, url: str, **headers: str) -> dict[str, Any]:
        """The JSON object at this address, of limited size. Raises ProviderUnavailable, and then for AGAIN seconds
        without asking."""
        if self.clock() - self._failed < AGAIN:
            raise provider_unavailable()
        try:
            with limit_answers(requests.Session()) as client:
                answer = client.get(url, allow_redirects=False, headers=headers)
            found = json.loads(answer.content) if answer.status_code == 200 else None
        except (requests.RequestException, OSError, ValueError) as error:
            raise self._note_failure(type(error).__name__) from None
        if not isinstance(found, dict):
            raise self._note_failure(f"status {answer.status_code}")
        return found

    def _note_failure(self, reason: str) -> ProviderUnavailable:
        """Note the failure, so that the provider is left alone for a while; returns the refusal to raise."""
        self._failed = self.clock()
        return _unusable(reason)

    def _session(self, redirect_uri: str) -> Any:
        """An OAuth client of Authlib's for the provider. redirect_uri: our address to which it leads back."""
        from authlib.integrations.requests_client import OAuth2Session

        settings = load_settings()
        ways = self.metadata().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        basic = "client_secret_basic" in ways or "client_secret_post" not in ways
        client = OAuth2Session(
            settings.oidc_client_id,
            settings.oidc_client_secret,
            token_endpoint_auth_method="client_secret_basic" if basic else "client_secret_post",
            scope=settings.oidc_scopes,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )
        return limit_answers(client)

    def _exchange_code(self, session: Any, code: str, flow: SignInFlow) -> Mapping[str, Any]:
        """The token response for the code. Raises Refusal."""
        from authlib.integrations.base_client import OAuthError

        try:
            token = session.fetch_token(
                self.metadata()["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=flow.verifier,
                allow_redirects=False,
            )
        except OAuthError:
            raise Refusal(DECLINED) from None  # a code that was used, or is none of ours
        except (requests.RequestException, OSError, ValueError, TypeError) as error:
            raise _unusable(f"token: {type(error).__name__}") from None
        if not isinstance(token.get("id_token"), str):
            raise untrusted_answer("no ID token")
        return dict(token)

    def _verified_claims(self, token: Mapping[str, Any], flow: SignInFlow) -> dict[str, Any]:
        """The claims of the ID token, once signature, issuer, audience, time and nonce are checked. Raises Refusal."""
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import JoseError

        settings = load_settings()
        wanted = {
            "iss": {"essential": True, "value": settings.oidc_issuer},
            "aud": {"essential": True, "value": settings.oidc_client_id},
            "sub": {"essential": True},
        }
        given = {"nonce": flow.nonce, "client_id": settings.oidc_client_id}
        try:
            read = self._decode_token(token["id_token"])
            given["access_token"] = token.get("access_token", "")
            claims = CodeIDToken(read.claims, read.header, wanted, given)
            claims.validate(leeway=LEEWAY)
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise untrusted_answer(type(error).__name__) from None
        if not (_is_valid_subject(claims["sub"]) and _is_issued_for_flow(claims, flow)):
            raise untrusted_answer("its subject, or its time")
        return dict(claims)

    def _decode_token(self, signed: str) -> Any:
        """The token's claims and header, its signature checked against the provider's keys."""
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError
        from joserfc.jws import JWSRegistry

        registry = JWSRegistry(algorithms=SIGNED, strict_check_header=False)
        try:
            return jwt.decode(signed, self._public_keys(self.metadata()), registry=registry)
        except InvalidKeyIdError:  # it changed its keys
            return jwt.decode(
                signed, self._public_keys(self.metadata(), refetch=True), registry=registry
            )

    def _fetch_userinfo(self, session: Any, subject: str) -> Mapping[str, Any]:
        """The userinfo response for the subject, where most providers give the address; {} where there is none or it
        is of another subject."""
        url = self.metadata().get("userinfo_endpoint", "")
        if not _is_safe_url(url):
            return {}
        access = session.token.get("access_token", "")
        said = self._fetch_json(url, Authorization=f"Bearer {access}")
        return said if said.get("sub") == subject else {}


def _is_valid_subject(subject: object) -> bool:
    """Whether this is a valid `sub` of OpenID Connect: 1 to 255 printable ASCII characters."""
    if not isinstance(subject, str):
        return False
    return subject.isascii() and subject.isprintable() and 0 < len(subject) <= 255


def _is_issued_for_flow(claims: Mapping[str, Any], flow: SignInFlow) -> bool:
    """Whether the token was issued since the flow began, and expires some day; False for times that are no numbers."""
    times = claims["iat"], claims["exp"]
    if not all(isinstance(one, (int, float)) for one in times):
        return False
    return bool(flow.began_at - LEEWAY <= times[0] < FAR and times[1] < FAR)


def _age(moment: object) -> float | None:
    """The seconds since this moment; None for what is no moment, or one to come."""
    if isinstance(moment, bool) or not isinstance(moment, (int, float)) or not abs(moment) < FAR:
        return None
    age = time.time() - moment
    return max(0.0, age) if age > -LEEWAY else None


def _is_safe_url(url: object) -> bool:
    """Whether this is a provider's address by https, or by http on this machine where the provider itself is there."""
    if not isinstance(url, str) or not (parts := urlsplit(url)).hostname:
        return False
    here = parts.hostname in LOOPBACK_HOSTS and load_settings().oidc_issuer.startswith("http://")
    return parts.scheme == "https" or (parts.scheme == "http" and here)

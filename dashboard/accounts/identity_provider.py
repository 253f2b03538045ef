"""The provider of identities that the settings name (OpenID Connect): where it is asked who somebody is, and what it says of
it, checked. Authlib speaks to it and reads what it signed; what is believed is decided here.

After: `dashboard.accounts.provider_identities`, which decides who comes in.
"""

import hmac
import json
import logging
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import requests

from dashboard.accounts.provider_client import limit_answers
from dashboard.accounts.sign_ins import Refusal
from dashboard.settings import LOOPBACK_HOSTS, load_settings

LOG = logging.getLogger("ccsp")
LARGEST_KEY, MOST_KEYS = 16_384, 100  # signs of a key as it is written; how many are looked at
KEPT = 3_600.0  # seconds for which what it says of itself holds
AGAIN = 10.0  # seconds before it is asked anew where it was away, or where a key of it is not known
FAR = 1e12  # seconds: what is said to be of later is of no time, and may be longer than any number
LEEWAY = 60  # seconds by which its clock may differ from ours
WITHIN = 600  # seconds between the button and the way back
LONGEST_WAY = 1_500  # signs of the page that was wanted
# Signed with a key of which we hold the public half only: with the others, whoever knows that half could sign too.
SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
SECRET = secrets.token_bytes(
    32
)  # of this process: who left for the provider before it starts again
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
    """The provider does not answer, or says nothing that can be used."""

    counted = False


def untrusted_answer(why: str) -> Refusal:
    """What it said is not what it should be: nobody comes in by it. why: for the log; nothing that it said."""
    LOG.warning("the provider of identities is not believed: %s", why)
    return Refusal(UNSURE.format(load_settings().account_contact))


def no_fresh_proof() -> Refusal:
    """It says who somebody is, and not that he just said so himself."""
    return Refusal(UNPROVED.format(load_settings().account_contact))


def away() -> ProviderUnavailable:
    """It does not answer: what remains to be done."""
    return ProviderUnavailable(AWAY_BESIDE if load_settings().local_accounts else AWAY)


def _useless(why: str) -> ProviderUnavailable:
    """The same, with a line in the log: why, and nothing that it said."""
    LOG.warning("the provider of identities cannot be used: %s", why)
    return away()


@dataclass(frozen=True)
class SignInFlow:
    """One way to the provider and back, begun in a browser, which keeps `text`; what the provider is given follows from it."""

    text: str

    @classmethod
    def begin(cls, page: str) -> "SignInFlow":
        """A new one. page: where it leads in the end."""
        page = page if len(page) <= LONGEST_WAY else "/"
        return cls(
            f"{secrets.token_urlsafe(32)}.{int(time.time()) + WITHIN}.{quote(page, safe='')}"
        )

    @property
    def state(self) -> str:
        """What comes back by the browser: it has to be the one that left."""
        return self._of("state")

    @property
    def nonce(self) -> str:
        """What stands in what the provider signs: it was signed for this way."""
        return self._of("nonce")

    @property
    def verifier(self) -> str:
        """What the code is worth nothing without (PKCE)."""
        return self._of("verifier")

    @property
    def page(self) -> str:
        """Where it leads in the end."""
        return unquote(self.text.rpartition(".")[2])

    @property
    def ends(self) -> int:
        """Until when one may come back, in seconds of the clock."""
        return int(self.text.split(".")[1])

    @property
    def begun(self) -> int:
        """When it was begun, in the same seconds."""
        return self.ends - WITHIN

    def leads_back(self, state: str) -> bool:
        """Whether what came back is what left by this way, in time."""
        mine = self.state.encode()
        return hmac.compare_digest(state.encode(errors="replace"), mine) and self.ends > time.time()

    def _of(self, what: str) -> str:
        found = hmac.digest(SECRET, f"{what}:{self.text}".encode(), "sha256")
        return urlsafe_b64encode(found).rstrip(b"=").decode()


@dataclass(frozen=True)
class IdentityClaims:
    """Who the provider says somebody is. address: of e-mail, "" unless it says itself that it has verified it; proof: what it
    signed; age: for how many seconds he has been signed in there, None where it does not say."""

    issuer: str
    subject: str
    address: str
    proof: str
    age: float | None = None


class Provider:
    """The provider of the settings. Everything here waits for its answers: to be called in a thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock, self.lock = clock, Lock()
        self._itself: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, Any] | None = None
        self._failed = float("-inf")

    def leads_to(self, way: SignInFlow, back: str, *, anew: bool = False) -> str:
        """The address where it asks somebody who he is. back: ours, to which it leads then; anew: though it knows who was there
        last. Raises Away."""
        with self._session(back) as session:
            url, _ = session.create_authorization_url(
                self.itself()["authorization_endpoint"],
                state=way.state,
                nonce=way.nonce,
                code_verifier=way.verifier,
                **({"prompt": "login", "max_age": 0} if anew else {}),
            )
        return str(url)

    def told(
        self, code: str, way: SignInFlow, back: str, known: Callable[[str, str], bool]
    ) -> IdentityClaims:
        """What it says of who comes back with this code. known: whether its mark of a person stands for an account already, and
        no address is needed. Raises Refusal."""
        with self._session(back) as session:
            token = self._exchanged(session, code, way)
            claims = self._believed(token, way)
            issuer, subject = load_settings().oidc_issuer, str(claims["sub"])
            said: Mapping[str, Any] = claims
            if "email" not in claims and not known(issuer, subject):
                said = self._asked_of(session, subject)
        address = said.get("email")
        verified = said.get("email_verified") is True and isinstance(address, str)
        return IdentityClaims(
            issuer,
            subject,
            str(address) if verified else "",
            str(token["id_token"]),
            _age(claims.get("auth_time")),
        )

    def way_out(self, proof: str, back: str, state: str) -> str:
        """The address where one signs out of it too; "" where it has none, or does not answer. back: where it leads then, with
        `state`."""
        from authlib.common.urls import add_params_to_uri

        try:
            end = self.itself().get("end_session_endpoint", "")
        except ProviderUnavailable:
            return ""
        if not _safe(end):
            return ""
        hint = {"id_token_hint": proof} if proof else {}
        back_to = {"post_logout_redirect_uri": back, "state": state}
        return str(
            add_params_to_uri(end, {**hint, "client_id": load_settings().oidc_client_id, **back_to})
        )

    def itself(self) -> dict[str, Any]:
        """What it says of itself, as it said it within the hour. Raises Away."""
        with self.lock:
            if self._itself is None or self.clock() - self._itself[0] >= KEPT:
                issuer = load_settings().oidc_issuer
                found = self._asked(issuer.rstrip("/") + WELL_KNOWN)
                needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
                if found.get("issuer") != issuer or not all(_safe(found.get(n)) for n in needed):
                    raise self._failing("it names itself otherwise, or addresses that are none")
                self._itself = self.clock(), found
            return self._itself[1]

    def _keys_of(self, itself: Mapping[str, Any], *, anew: bool = False) -> Any:
        """Its public keys; anew: though they are known, since it signed with another. Raises Away."""
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        with self.lock:
            old = AGAIN if anew else KEPT
            if self._keys is None or self.clock() - self._keys[0] >= old:
                held = self._asked(itself["jwks_uri"]).get("keys")
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
                    raise self._failing(f"keys: {type(error).__name__}") from None
            return self._keys[1]

    def _asked(self, url: str, **headers: str) -> dict[str, Any]:
        """What it answers there: an object, of a size that can be. Raises Away; for some seconds it is then not asked again."""
        if self.clock() - self._failed < AGAIN:
            raise away()
        try:
            with limit_answers(requests.Session()) as client:
                answer = client.get(url, allow_redirects=False, headers=headers)
            found = json.loads(answer.content) if answer.status_code == 200 else None
        except (requests.RequestException, OSError, ValueError) as error:
            raise self._failing(type(error).__name__) from None
        if not isinstance(found, dict):
            raise self._failing(f"status {answer.status_code}")
        return found

    def _failing(self, why: str) -> ProviderUnavailable:
        self._failed = self.clock()
        return _useless(why)

    def _session(self, back: str) -> Any:
        """A client of it, of Authlib's. back: our address to which it leads."""
        from authlib.integrations.requests_client import OAuth2Session

        settings = load_settings()
        ways = self.itself().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        basic = "client_secret_basic" in ways or "client_secret_post" not in ways
        client = OAuth2Session(
            settings.oidc_client_id,
            settings.oidc_client_secret,
            token_endpoint_auth_method="client_secret_basic" if basic else "client_secret_post",
            scope=settings.oidc_scopes,
            redirect_uri=back,
            code_challenge_method="S256",
        )
        return limit_answers(client)

    def _exchanged(self, session: Any, code: str, way: SignInFlow) -> Mapping[str, Any]:
        """What it gives for the code. Raises Refusal."""
        from authlib.integrations.base_client import OAuthError

        try:
            token = session.fetch_token(
                self.itself()["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=way.verifier,
                allow_redirects=False,
            )
        except OAuthError:
            raise Refusal(DECLINED) from None  # a code that was used, or is none of ours
        except (requests.RequestException, OSError, ValueError, TypeError) as error:
            raise _useless(f"token: {type(error).__name__}") from None
        if not isinstance(token.get("id_token"), str):
            raise untrusted_answer("no ID token")
        return dict(token)

    def _believed(self, token: Mapping[str, Any], way: SignInFlow) -> dict[str, Any]:
        """What it signed, where it is its own, for us, of now and of this way. Raises Refusal."""
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import JoseError

        settings = load_settings()
        wanted = {
            "iss": {"essential": True, "value": settings.oidc_issuer},
            "aud": {"essential": True, "value": settings.oidc_client_id},
            "sub": {"essential": True},
        }
        given = {"nonce": way.nonce, "client_id": settings.oidc_client_id}
        try:
            read = self._read(token["id_token"])
            given["access_token"] = token.get("access_token", "")
            claims = CodeIDToken(read.claims, read.header, wanted, given)
            claims.validate(leeway=LEEWAY)
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise untrusted_answer(type(error).__name__) from None
        if not (_names_somebody(claims["sub"]) and _is_of_this_way(claims, way)):
            raise untrusted_answer("its subject, or its time")
        return dict(claims)

    def _read(self, signed: str) -> Any:
        """What was signed, with its header, where a key of the provider's signed it."""
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError
        from joserfc.jws import JWSRegistry

        registry = JWSRegistry(algorithms=SIGNED, strict_check_header=False)
        try:
            return jwt.decode(signed, self._keys_of(self.itself()), registry=registry)
        except InvalidKeyIdError:  # it changed its keys
            return jwt.decode(signed, self._keys_of(self.itself(), anew=True), registry=registry)

    def _asked_of(self, session: Any, subject: str) -> Mapping[str, Any]:
        """What it says of the person when asked apart, as most do of addresses; nothing where it speaks of somebody else."""
        url = self.itself().get("userinfo_endpoint", "")
        if not _safe(url):
            return {}
        access = session.token.get("access_token", "")
        said = self._asked(url, Authorization=f"Bearer {access}")
        return said if said.get("sub") == subject else {}


def _names_somebody(subject: object) -> bool:
    """Whether this is a mark of a person, as OpenID Connect has it: 255 signs of ASCII at most, all of which a database keeps."""
    if not isinstance(subject, str):
        return False
    return subject.isascii() and subject.isprintable() and 0 < len(subject) <= 255


def _is_of_this_way(claims: Mapping[str, Any], way: SignInFlow) -> bool:
    """Whether it was signed since the way was begun, and ends some day. What is no number is of no time."""
    times = claims["iat"], claims["exp"]
    if not all(isinstance(one, (int, float)) for one in times):
        return False
    return bool(way.begun - LEEWAY <= times[0] < FAR and times[1] < FAR)


def _age(at: object) -> float | None:
    """How many seconds ago that was; None for what is no time, or one to come."""
    if isinstance(at, bool) or not isinstance(at, (int, float)) or not abs(at) < FAR:
        return None
    age = time.time() - at
    return max(0.0, age) if age > -LEEWAY else None


def _safe(url: object) -> bool:
    """Whether this is an address of a provider's, by https, or of this machine where the provider is there itself."""
    if not isinstance(url, str) or not (parts := urlsplit(url)).hostname:
        return False
    here = parts.hostname in LOOPBACK_HOSTS and load_settings().oidc_issuer.startswith("http://")
    return parts.scheme == "https" or (parts.scheme == "http" and here)

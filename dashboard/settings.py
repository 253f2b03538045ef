"""The settings of the application in one class: name, default, meaning, check. The environment is read here alone."""

import os
import re
from contextlib import suppress
from dataclasses import Field, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")  # addresses that no other machine can reach
PUBLIC = re.compile(r"https://[A-Za-z0-9.-]+(:\d{1,5})?/?")
# http is allowed only for a provider on this machine: elsewhere somebody in between could answer in its place.
PROVIDER = re.compile(
    r"(https://[A-Za-z0-9.-]+|http://(localhost|127\.0\.0\.1|\[::1\]))(:\d{1,5})?(/[\w.~/-]*)?"
)


def _text(default: str, meaning: str, *, a_file: bool = False, secret: bool = False) -> Any:
    """A text setting. a_file: the path of a file that must exist, or ""; secret: it may be in a file, whose path is in the
    variable NAME_FILE."""
    kept = {"meaning": meaning, "a_file": a_file, "secret": secret}
    return field(default=default, repr=not secret, metadata=kept)


def _whole(default: int, between: tuple[int, int], meaning: str) -> Any:
    """A whole-number setting. between: its least and greatest value."""
    return field(default=default, metadata={"meaning": meaning, "between": between})


@dataclass(frozen=True)
class Settings:
    """The settings in force. A field's variable has its name in capitals; a blank one leaves the default.

    Only the environment is read, except that a secret may be in a file that the environment names.
    """

    database_url: str = _text(
        f"sqlite:///{ROOT / 'data' / 'ccsp.db'}",
        "Database: the embedded SQLite file, or postgresql://user:password@host/base",
        secret=True,
    )
    wait_threshold_minutes: int = _whole(
        30, (0, 239), "A wait of this many whole minutes or fewer counts as short"
    )
    operating_days: int = _whole(
        30, (1, 366), "A site is operating if it had a visit or a closing in the last so many days"
    )
    stale_days: int = _whole(10, (0, 3650), "Data older than this many days turn the banner on")
    upload_max_mb: int = _whole(10, (1, 1000), "Largest workbook accepted, in megabytes")
    product_name: str = _text("Tableau de bord CCSP", "Name in the browser's tab")
    issuer_name: str = _text(
        "Ministère du Travail et de la Fonction publique",
        "Who issues the figures, on opening slides",
    )
    logo: str = _text(
        "",
        "Path of a PNG logo for the pages, opening slides and dossiers; empty: none",
        a_file=True,
    )
    copies: str = _text(
        "",
        "Folder of the copies made before an update; empty: copies/ beside the embedded"
        " database, or data/copies for PostgreSQL",
    )
    workbook_seconds: int = _whole(
        60,
        (1, 3600),
        "Seconds after which the reading of a workbook that computes nothing is ended",
    )
    port: int = _whole(8501, (1, 65535), "Port that the server answers on")
    host: str = _text(
        "127.0.0.1",
        "Address that the server answers on; another than this machine's own needs PUBLIC_URL, or TLS_CERT and TLS_KEY",
    )
    metrics_port: int = _whole(
        0,
        (0, 65535),
        "Port, of this machine alone, on which /livez, /readyz and /metrics answer; 0: none",
    )
    log_json: int = _whole(
        0, (0, 1), "Whether the log has an object (JSON) on each line: 1 for programs that read it"
    )
    public_url: str = _text(
        "",
        "Address that people type where a proxy stands in front: https://tableau.example.bj; with it everybody signs in",
    )
    tls_cert: str = _text(
        "", "Path of the certificate (PEM), where the server itself answers by https", a_file=True
    )
    tls_key: str = _text("", "Path of the certificate's key (PEM)", a_file=True)
    trusted_proxies: str = _text(
        "", "Addresses of the proxies whose X-Forwarded-For is believed, between commas"
    )
    session_idle_minutes: int = _whole(
        30, (1, 720), "A sign-in lapses after so many minutes without anybody at work"
    )
    session_hours: int = _whole(12, (1, 24), "A sign-in lapses after so many hours in any case")

    oidc_issuer: str = _text(
        "",
        "Address of the OpenID Connect provider, as it names itself; empty: there is none",
    )
    oidc_client_id: str = _text("", "Name by which the provider knows the dashboard")
    oidc_client_secret: str = _text("", "Secret that the provider gave with that name", secret=True)
    oidc_scopes: str = _text("openid email", "What the provider is asked for, between blanks")
    oidc_button: str = _text(
        "Se connecter avec le compte du ministère", "Words of the button that leads to the provider"
    )
    local_accounts: int = _whole(
        1, (0, 1), "Whether one may sign in with a password of the dashboard: 0 leaves the provider"
    )
    account_contact: str = _text(
        "l'administrateur du tableau de bord", "Whom to ask for an account: an address, a post"
    )
    privacy_contact: str = _text(
        "le délégué à la protection des données du ministère",
        "Whom to write to about what is kept of people: an address, a post",
    )
    complaint_rows_in_files: int = _whole(
        1,
        (0, 1),
        "Whether files hold complaints one by one, and the words of monthly returns: 0 leaves them on screens alone",
    )
    texts_kept_months: int = _whole(
        24, (1, 600), "The words of a complaint may be erased so many months after its answer"
    )
    return_texts_kept_months: int = _whole(
        24, (1, 600), "The words of a monthly return may be erased so many months after its month"
    )
    visits_kept_months: int = _whole(
        60,
        (1, 600),
        "Of a visit, what no count needs (its line, its minutes) may be erased after so many months",
    )
    complaints_kept_months: int = _whole(
        60, (1, 600), "A complaint may lose its reference so many months after its answer"
    )
    sign_ins_kept_months: int = _whole(
        6, (1, 600), "What is known of a sign-in may be erased so many months after its last page"
    )
    access_journal_kept_months: int = _whole(
        24, (1, 600), "A line of the journal of accesses may be erased after so many months"
    )
    searches_kept_months: int = _whole(
        12, (1, 600), "What was sought in vain, counted by day, may be erased after so many months"
    )
    copies_kept_months: int = _whole(
        12,
        (1, 600),
        "A copy that the application made and dated may be deleted after so many months",
    )

    @property
    def address(self) -> str:
        """The address that people type."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "localhost" if self.host in LOOPBACK_HOSTS else self.host
        return f"http{'s' if self.tls_cert else ''}://{host}:{self.port}"

    @property
    def identity_sources(self) -> frozenset[str | None]:
        """By whom people may be authenticated: the provider's address; None stands for passwords of the dashboard."""
        local = {None} if self.local_accounts else set()
        return frozenset({*local, *({self.oidc_issuer} if self.oidc_issuer else ())})


def fields_by_name() -> dict[str, Field[Any]]:
    """The field of each setting, by name: its default, type, and meaning (in the metadata)."""
    return {one.name: one for one in fields(Settings)}


def setting_bounds(name: str) -> tuple[int, int] | None:
    """The least and greatest value of a setting; None for a text."""
    between: tuple[int, int] | None = fields_by_name()[name].metadata.get("between")
    return between


@cache
def load_settings() -> Settings:
    """The settings in force, read from the environment once.

    Raises ValueError for the first invalid value, with a sentence that names its variable.
    """
    values: dict[str, Any] = {name: _value(one) for name, one in fields_by_name().items()}
    settings = Settings(**values)
    _check_doors(settings)
    _check_provider(settings)
    return settings


def _check_doors(settings: Settings) -> None:
    """Raise ValueError where other machines could come in without protection."""
    if settings.public_url and not PUBLIC.fullmatch(settings.public_url):
        raise ValueError(
            "PUBLIC_URL : une adresse comme https://tableau.example.bj est attendue, sans rien derrière, lu"
            f" « {settings.public_url} »."
        )
    if settings.metrics_port == settings.port:
        raise ValueError(
            f"METRICS_PORT={settings.metrics_port} est déjà le port des lecteurs (PORT) : en donner un autre, que le"
            " serveur mandataire ne sert pas."
        )
    if bool(settings.tls_cert) != bool(settings.tls_key):
        raise ValueError(
            "TLS_CERT et TLS_KEY vont ensemble : TLS_CERT=cert.pem TLS_KEY=cle.pem make run."
        )
    if settings.host not in LOOPBACK_HOSTS and not (settings.public_url or settings.tls_cert):
        raise ValueError(
            f"HOST={settings.host} ouvre l'application à d'autres machines, par https seulement :"
            f" HOST={settings.host} TLS_CERT=cert.pem TLS_KEY=cle.pem make run, ou, derrière un serveur mandataire sur"
            " cette machine, PUBLIC_URL=https://tableau.example.bj make run."
        )


def _check_provider(settings: Settings) -> None:
    """Raise ValueError where the provider is configured in part, or nobody could sign in."""
    given = {
        "OIDC_ISSUER": settings.oidc_issuer,
        "OIDC_CLIENT_ID": settings.oidc_client_id,
        "OIDC_CLIENT_SECRET (ou OIDC_CLIENT_SECRET_FILE)": settings.oidc_client_secret,
    }
    if missing := [name for name, value in given.items() if not value]:
        if len(missing) < len(given):
            raise ValueError(
                f"OIDC_ISSUER, OIDC_CLIENT_ID et OIDC_CLIENT_SECRET vont ensemble : il manque {' et '.join(missing)}."
            )
        if not settings.local_accounts:
            raise ValueError(
                "LOCAL_ACCOUNTS=0 ne laisse entrer que par un fournisseur d'identité, et OIDC_ISSUER n'en nomme aucun."
            )
        return
    if not PROVIDER.fullmatch(settings.oidc_issuer):
        raise ValueError(
            "OIDC_ISSUER : une adresse comme https://identite.example.bj est attendue, lu"
            f" « {settings.oidc_issuer} »."
        )
    if not {"openid", "email"} <= set(settings.oidc_scopes.split()):
        raise ValueError(
            f"OIDC_SCOPES : openid et email au moins sont attendus, lu « {settings.oidc_scopes} »."
        )


def _value(one: Field[Any]) -> str | int:
    """The value of a setting's variable, stripped; the default where it is blank."""
    variable = one.name.upper()
    written = os.environ.get(variable, "").strip()
    if one.metadata.get("secret") and not written:
        written = _in_a_file(f"{variable}_FILE")
    value: str = written or str(one.default)
    if between := setting_bounds(one.name):
        return _number(variable, value, *between)
    if one.metadata["a_file"] and value and not Path(value).is_file():
        raise ValueError(f"{variable} : le fichier « {value} » n'existe pas.")
    return value


def _in_a_file(variable: str) -> str:
    """The text of the file that the variable names; "" where it names none."""
    if not (path := os.environ.get(variable, "").strip()):
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"{variable} : le fichier « {path} » ne peut pas être lu.") from None


def _number(variable: str, written: str, least: int, most: int) -> int:
    """The number that is written. Raises ValueError where it is none, or out of range."""
    with suppress(ValueError):
        if least <= (number := int(written)) <= most:
            return number
    raise ValueError(
        f"{variable} : un nombre entier de {least} à {most} est attendu, lu « {written} »."
    )

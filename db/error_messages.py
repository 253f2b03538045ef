"""Errors of a database, a disk or PostgreSQL's programs as one French sentence with what to do about them.

SQLite's errors are recognised by their codes, PostgreSQL's by SQLSTATE; a failed connection has none, and is
recognised by its message, English or French as the server is set up. An unknown error is quoted with its first line.
"""

import errno
import re
import sqlite3
import sys

from sqlalchemy.exc import ArgumentError, DBAPIError

SETTINGS: tuple[type[Exception], ...] = (
    ArgumentError,
    ValueError,
    OSError,
)  # what opening the address of one may raise

BUSY = (
    "Une autre écriture (import, retrait, mise à jour) est en cours sur cette base depuis trop longtemps : attendre"
    " qu'elle finisse, puis recommencer."
)
CONFLICT = (
    "Une autre commande changeait la base au même moment, et celle-ci n'a rien fait : recommencer."
)
FULL = "Le disque est plein : rien n'a été gardé. Faire de la place, puis recommencer."
DAMAGED = (
    "La base de données est abîmée. Arrêter l'application, mettre le fichier de côté, puis remettre la dernière"
    " copie saine : python -m db restore COPIE"
)
CLOSED = (
    "Le fichier de la base de données ne s'ouvre pas : vérifier que DATABASE_URL désigne un fichier,"
    " non un dossier, et que ce compte a le droit de le lire et d'écrire dans son dossier."
)
NO_TABLES = "La base de données n'est pas prête. Sur le serveur : python -m db init."
READ_ONLY = (
    "La base de données ne peut pas être modifiée : donner à ce compte le droit d'écrire le fichier de la base"
    " et son dossier."
)
INSTALL = "apt install postgresql-client"

# The first whose name the error's own begins with; SQLite has finer names under each (SQLITE_BUSY_SNAPSHOT).
SQLITE = (
    ("SQLITE_BUSY", BUSY),
    ("SQLITE_LOCKED", BUSY),
    ("SQLITE_READONLY", READ_ONLY),
    (
        "SQLITE_NOTADB",
        "Le fichier que DATABASE_URL désigne n'est pas une base SQLite, ou il est abîmé : vérifier"
        " DATABASE_URL, ou mettre ce fichier de côté et remettre une copie (python -m db restore COPIE).",
    ),
    ("SQLITE_CORRUPT", DAMAGED),
    ("SQLITE_CANTOPEN", CLOSED),
    ("SQLITE_FULL", FULL),
    (
        "SQLITE_IOERR",
        "Le disque n'a pas pu être lu ou écrit : vérifier qu'il n'est ni plein ni en panne.",
    ),
)
NO_ANSWER = "La base de données ne répond pas"
NO_ANSWER_BECAUSE = f"{NO_ANSWER} : "
POSTGRESQL = {
    "28P01": NO_ANSWER_BECAUSE + "PostgreSQL refuse ce mot de passe. Corriger DATABASE_URL.",
    "28000": NO_ANSWER_BECAUSE
    + "PostgreSQL refuse ce compte. Corriger DATABASE_URL, ou ses droits (pg_hba.conf).",
    "3D000": NO_ANSWER_BECAUSE
    + "il n'y a pas de base de ce nom sur ce serveur. La créer (createdb), ou corriger DATABASE_URL.",
    "53300": NO_ANSWER_BECAUSE
    + "trop de connexions sont ouvertes sur PostgreSQL. Réessayer dans un instant.",
    "53100": FULL,
    "55P03": BUSY,
    "40P01": CONFLICT,
    "40001": CONFLICT,
    "57P01": NO_ANSWER_BECAUSE + "PostgreSQL vient d'être arrêté. Réessayer quand il tourne.",
    "57P03": NO_ANSWER_BECAUSE + "PostgreSQL démarre ou s'arrête. Réessayer dans un instant.",
    "25006": "La base de données ne peut pas être modifiée : ce serveur PostgreSQL est en lecture seule (réplique ?).",
    "42501": "La base de données refuse : ce compte PostgreSQL n'a pas les droits qu'il faut sur la base.",
    "42P01": NO_TABLES,
}
# Words of a connection that failed; the first that matches.
WORDS = (
    (r"lock timeout", BUSY),
    # A table that another command replaced while this one looked for it.
    (
        r"deadlock|interblocage|cache lookup failed|recherche .* dans le cache|concurrent update",
        CONFLICT,
    ),
    (
        r"password authentication failed|authentification par mot de passe|no password supplied|fe_sendauth",
        POSTGRESQL["28P01"],
    ),
    (r"role .* does not exist|le rôle .* n'existe pas|no pg_hba.conf entry", POSTGRESQL["28000"]),
    (r"database .* does not exist|la base de données .* n'existe pas", POSTGRESQL["3D000"]),
    (r"too many (connections|clients)|trop de (connexions|clients)", POSTGRESQL["53300"]),
    (
        r"resolve host|translate host name|name or service not known|traduire le nom d'hôte",
        NO_ANSWER_BECAUSE
        + "le nom du serveur est inconnu. Corriger DATABASE_URL, ou vérifier le réseau.",
    ),
    (
        r"not support SSL|SSL was required|supporte pas SSL",
        NO_ANSWER_BECAUSE
        + "ce serveur PostgreSQL, sur une autre machine, ne parle pas TLS. L'y mettre en service (ssl = on).",
    ),
    (
        r"root certificate|certificate verify|server certificate|certificat",
        NO_ANSWER_BECAUSE
        + "le certificat du serveur PostgreSQL n'est pas reconnu. Dire dans DATABASE_URL celui de l'autorité qui l'a"
        " donné : ?sslrootcert=/chemin/autorite.pem",
    ),
    (
        r"connection refused|connexion refusée|no such file or directory|aucun fichier ou dossier",
        NO_ANSWER_BECAUSE
        + "rien n'écoute à cette adresse. Vérifier que PostgreSQL tourne, et l'adresse et le port de DATABASE_URL.",
    ),
    (
        r"time[d ]*out|délai",
        NO_ANSWER_BECAUSE
        + "le serveur PostgreSQL ne se manifeste pas. Vérifier l'adresse et le réseau.",
    ),
    (
        r"closed the connection|connection (is |was )?(lost|closed|reset)|terminating connection",
        POSTGRESQL["57P01"],
    ),
    (r"no space left|espace disponible|disk full", FULL),
    (r"no such table", NO_TABLES),
)
OLD_PROGRAM = re.compile(r"server version mismatch|ne correspond.*version", re.IGNORECASE)
SERVER = re.compile(r"(?:server version|version du serveur)\D*(\d+)", re.IGNORECASE)
DISK = {
    errno.ENOENT: "n'existe pas",
    errno.EACCES: "n'est pas accessible à ce compte (droits)",
    errno.EPERM: "n'est pas accessible à ce compte (droits)",
    errno.EISDIR: "est un dossier, non un fichier",
    errno.ENOTDIR: "est sous un fichier, non sous un dossier",
    errno.EEXIST: "existe déjà",
    errno.EROFS: "est sur un disque en lecture seule",
    errno.ENAMETOOLONG: "a un nom trop long",
    errno.EIO: "est sur un disque qui ne se lit ou ne s'écrit plus",
}


def failure_types() -> tuple[type[Exception], ...]:
    """The exceptions that a database, in service or on disk, may raise.

    Bulk inserts go past SQLAlchemy, straight to the drivers; PostgreSQL's is there only where it was needed.
    """
    kinds: tuple[type[Exception], ...] = (DBAPIError, sqlite3.Error, OSError)
    if psycopg := sys.modules.get("psycopg"):
        kinds += (psycopg.Error,)
    return kinds


def sentence(error: Exception) -> str:
    """The French sentence for a failure of the database, of a setting or of a file."""
    if isinstance(error, DBAPIError) and isinstance(error.orig, Exception):
        error = error.orig
    if isinstance(error, sqlite3.Error):
        return _sqlite(error)
    if isinstance(error, OSError):
        return disk_sentence(error)
    if isinstance(error, ArgumentError):
        return "DATABASE_URL n'est pas lisible : sqlite:///chemin ou postgresql://compte:mot-de-passe@serveur/base."
    if isinstance(error, ValueError):
        return f"Un réglage n'est pas lisible : {error}"
    known = POSTGRESQL.get(getattr(error, "sqlstate", None) or "")
    return known or _by_words(str(error)) or _unknown("La base de données a refusé", str(error))


def was_unavailable(error: Exception) -> bool:
    """Whether the failure means that the database could not be reached, though it may be there again."""
    said = sentence(error)
    return said.startswith(NO_ANSWER_BECAUSE) or said == CLOSED


def disk_sentence(error: OSError) -> str:
    """The French sentence for a failure of a file or a disk."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FULL
    what = f"« {error.filename} »" if error.filename else "Le fichier"
    return f"{what} {DISK.get(error.errno or 0, f'ne peut être lu ou écrit ({error.strerror or error})')}."


def program_sentence(program: str, errors: str) -> str:
    """The French sentence for what one of PostgreSQL's programs wrote to its standard error."""
    if OLD_PROGRAM.search(errors):
        server = SERVER.search(errors)
        return f"Le programme {program} est plus ancien que le serveur PostgreSQL : {INSTALL}" + (
            f"-{server[1]}" if server else ", de la version du serveur"
        )
    return _by_words(errors) or _unknown(f"{program} a échoué", errors)


def missing_program(program: str) -> str:
    """The French sentence for a program of PostgreSQL's that is not installed."""
    return f"Le programme {program} manque : {INSTALL}"


def _sqlite(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    for start, words in SQLITE:
        if name.startswith(start):
            return words
    return _by_words(str(error)) or _unknown("La base de données a refusé", str(error))


def _by_words(text: str) -> str | None:
    """The sentence for a message recognised by its words; None where it is not."""
    return next(
        (words for pattern, words in WORDS if re.search(pattern, text, re.IGNORECASE)), None
    )


def _unknown(what: str, text: str) -> str:
    """The sentence for an unknown error, with the first line of its message."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return f"{what} ; détail technique : {first}" if first else f"{what}."

"""The database on a server: whether it serves, who may come in, and its copies."""

from collections.abc import Iterator
from datetime import timedelta

from dashboard.french import plural_phrase
from dashboard.period import now
from dashboard.server_check.finding import Finding, State, check
from db import server_facts
from db.server_facts import ServerFacts

RECENT = timedelta(hours=36)  # a night's copy, and a morning to see that it failed


def look() -> Iterator[Finding]:
    """What is found of the database of the settings."""
    yield from of(server_facts.gather())


def of(facts: ServerFacts) -> Iterator[Finding]:
    """What is found of a database with these facts."""
    if facts.problem:
        yield Finding(
            State.WRONG,
            facts.problem,
            "python -m db init" if "db init" in facts.problem else "python -m db status",
        )
        return
    yield Finding(
        State.FINE, f"La base ({facts.kind}) répond, et est de la version de cette application."
    )
    yield check(
        facts.administrators > 0,
        f"{plural_phrase(facts.administrators, 'administrateur')} peut entrer.",
        "Aucun administrateur : personne ne peut donner de compte.",
        "python -m dashboard accounts add NOM --role administrator",
    )
    if facts.demo:
        yield Finding(
            State.UNKNOWN,
            "Les données sont fictives : avant le premier vrai fichier, les retirer.",
            "python -m db purge-demo",
        )
    if facts.programs:
        yield Finding(State.WRONG, facts.programs, "apt install postgresql-client")
    yield check(
        facts.can_prove,
        "Une copie peut se prouver.",
        "Une copie ne peut pas se prouver : le compte PostgreSQL ne peut pas créer la base où elle est remise à part.",
        "runuser -u postgres -- psql -c 'ALTER ROLE ccsp CREATEDB'",
    )
    if facts.proved_at is None:
        said = f"Aucune copie prouvée sous {facts.copies}."
    else:
        said = f"La dernière copie prouvée est du {facts.proved_at:%d/%m/%Y} à {facts.proved_at:%H:%M}."
    recent = facts.proved_at is not None and now() - facts.proved_at < RECENT
    yield check(recent, said, said, "systemctl start ccsp-copie")

"""What `check-server` asks of the database: whether it serves, whether anybody may come in, when a copy was last proved.

Before: `db.server_state`. After: `dashboard.server_check`.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, text

from dashboard.settings import load_settings
from db import accounts_and_sessions, backup_files, error_messages, read, server_state
from db.engine import is_sqlite, make_engine

ADMINISTRATOR = "administrator"
PROGRAMS = ("pg_dump", "pg_restore")


@dataclass(frozen=True)
class ServerFacts:
    """problem: why the database cannot serve, "" where it can; kind: its name; demo: whether its data are fictitious;
    administrators: how many may sign in; copies: their folder; proved_at: when one was last proved; can_prove: whether a proof
    may make its database apart; programs: what is wrong with those that copies call."""

    problem: str
    kind: str = ""
    demo: bool = False
    administrators: int = 0
    copies: Path = Path()
    proved_at: datetime | None = None
    can_prove: bool = True
    programs: str = ""


def gather() -> ServerFacts:
    """The facts of the database of the settings."""
    try:
        engine = make_engine(load_settings().database_url)
    except error_messages.SETTINGS as error:
        return ServerFacts(error_messages.sentence(error))
    try:
        return _of(engine)
    except error_messages.failure_types() as error:
        return ServerFacts(error_messages.sentence(error))
    finally:
        engine.dispose()


def _of(engine: Engine) -> ServerFacts:
    kind = engine.dialect.name
    if problem := server_state.observe(engine, None).problem:
        return ServerFacts(problem, kind)
    with engine.connect() as connection:
        accounts = accounts_and_sessions.accounts(connection)
        demo = read.is_demo(connection)
        can_prove, major = True, 0
        if not is_sqlite(engine):
            asked = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            can_prove = bool(connection.execute(text(asked)).scalar())
            major = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
    return ServerFacts(
        "",
        kind,
        demo,
        sum(one.role == ADMINISTRATOR and not one.disabled for one in accounts),
        backup_files.folder(engine),
        server_state.last_proof(engine),
        can_prove,
        _programs(major) if major else "",
    )


def _programs(major: int) -> str:
    """What is wrong with the programs that copy a PostgreSQL database of this version, in French; "" for nothing."""
    for program in PROGRAMS:
        path = shutil.which(program)
        if not path:
            return error_messages.missing_program(program)
        said = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=10, check=False
        )
        found = re.search(r"(\d+)", said.stdout)
        if found and int(found[1]) < major:
            return f"{program} est de la version {found[1]}, et le serveur de la version {major}."
    return ""

"""Guest links: made, listed, closed, used. A link has an account of its own, which no password opens and which ends
with it; the database stores only the SHA-256 of its token.

Before: `db.accounts_and_sessions`. After: `dashboard.actions.guest_links`, which checks who may make one; the gate,
where guests sign in.
"""

import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine

from dashboard.accounts import access_journal, guest_link_rights, sign_in_request, sign_ins
from dashboard.accounts.rights import Role
from dashboard.accounts.sign_in_request import Browser, Refusal, digest, new_token
from dashboard.period import naive_utc_bounds, today
from db import accounts_and_sessions
from db.accounts_and_sessions import Link
from db.write import Refused
from db.write_lock import write_transaction

LONGEST = 14  # days
MOST_USES = 40
LONGEST_NAME = 120
NO_SUCH_LINK = "Ce lien ne fait entrer personne : il est fini, fermé, ou a déjà servi trop de fois. En demander un autre."


def make_link(
    engine: Engine, workshop: str, until: date, departments: Collection[str] | None, by: str
) -> tuple[Link, str]:
    """Make a guest link for a workshop, valid to the end of a day; returns it and its token, which is stored nowhere.
    Raises Refused."""
    workshop = " ".join(workshop.split())
    if not 1 <= len(workshop) <= LONGEST_NAME:
        raise Refused(f"Dire pour quel atelier est le lien, en {LONGEST_NAME} signes au plus.")
    token = new_token()
    with write_transaction(engine, queue=False) as connection:
        _, end = naive_utc_bounds(until, until)  # of the day there, as the database dates
        if accounts_and_sessions.database_time(connection) >= end or until > today() + timedelta(
            days=LONGEST
        ):
            raise Refused(f"Un lien tient jusqu'à un jour à venir, {LONGEST} jours au plus.")
        _refuse_lost_right(connection, by, departments)
        there, _ = accounts_and_sessions.places(connection)
        if departments is not None and (not departments or set(departments) - there):
            raise Refused("Dire de quels départements, par leurs noms.")
        account = accounts_and_sessions.add_account(
            connection,
            f"invites.{secrets.token_hex(4)}",
            role=Role.GUEST,
            departments=None if departments is None else frozenset(departments),
            sites=None,
            email=None,
            works_until=end,
        )
        number = accounts_and_sessions.add_link(connection, account, digest(token), workshop, by)
        found = _link_with_number(accounts_and_sessions.links(connection), number)
        told = {
            "link": number,
            "for": workshop,
            "until": str(until),
            "departments": sorted(departments or ()),
        }
        access_journal.note(connection, by, "guest link made", told)
    return found, token


def links(engine: Engine) -> list[Link]:
    """Every link, the latest first."""
    with engine.connect() as connection:
        return accounts_and_sessions.links(connection)


def is_valid(link: Link, now: datetime) -> bool:
    """Whether guests may still sign in by the link."""
    return not link.closed and now < link.until and link.uses < MOST_USES


def close_link(engine: Engine, number: int, by: str) -> None:
    """Close the link of this number and end the sessions of its guests at once. Raises Refused."""
    with write_transaction(engine, queue=False) as connection:
        guest_link_rights.close_link(
            connection, _link_with_number(accounts_and_sessions.links(connection), number), by
        )


def sign_in_guest(engine: Engine, token: str, browser: Browser) -> str:
    """Sign a guest in by a link's token; returns the token of the new session. Raises Refusal."""
    mine = new_token()
    with engine.connect() as connection:  # who has none keeps no writer waiting
        if not accounts_and_sessions.has_link(connection, digest(token)):
            raise Refusal(NO_SUCH_LINK)
    with write_transaction(engine, queue=False) as connection:
        account = accounts_and_sessions.use_link(connection, digest(token), MOST_USES)
        if account is None:
            raise Refusal(NO_SUCH_LINK)
        sign_ins.begin_session(connection, account, mine, browser)
        holder = accounts_and_sessions.account(connection, account)
        what = next(
            (
                one.what
                for one in accounts_and_sessions.links(connection)
                if one.account_id == account
            ),
            "",
        )
        told = {**sign_in_request.journal_details(browser, "link"), "for": what}
        access_journal.note(connection, holder.name if holder else "", "signed in", told)
    return mine


def _refuse_lost_right(
    connection: Connection, by: str, departments: Collection[str] | None
) -> None:
    """Raises Refused where the account that makes a link was disabled or lost the right since it was checked; a
    command has no account."""
    accounts_and_sessions.lock_account_names(connection)
    shown = None if departments is None else frozenset(departments)
    maker = accounts_and_sessions.account_named(connection, by)
    if maker and not guest_link_rights.is_link_allowed(maker, shown):
        raise Refused("Ce compte ne peut plus inviter à voir cela.")


def _link_with_number(links: Collection[Link], number: int) -> Link:
    """The link of this number. Raises Refused where there is none."""
    for link in links:
        if link.id == number:
            return link
    raise Refused(f"Il n'y a pas de lien {number} : python -m dashboard accounts guests")

"""References and codes in one spelling, where nobody sees a difference (french.normalise_key).

Files are read so, and a migration brought older rows to it. It joined those that said the same; where two said
different things, nobody can tell which is right: they stay, and `verify` names them.
"""

from datetime import datetime
from typing import Any
from unicodedata import combining

from sqlalchemy import Connection, String, or_, select, text

from dashboard.french import normalise_key, plural_phrase
from db.engine import is_sqlite
from db.form_tables import DESTINATIONS, Destination
from db.models import Base, Complaint, Journal, Site

JOINED = "spelled alike"  # in the journal: what the migration did
UNUSUAL = "{0} GLOB '*[^ -~]*'", "{0} ~ '[^ -~]'"  # SQLite's and PostgreSQL's
BLANKS = "{0} LIKE '%  %' OR {0} LIKE ' %' OR {0} LIKE '% '"
LISTED = 20  # groups that are listed one by one


def verify(connection: Connection) -> list[str]:
    """The rows that count under a key in another spelling: a sentence each, with what to do."""
    return [
        sentence
        for destination in DESTINATIONS.values()
        for column in _texts(destination)
        for sentence in _unusual_keys(connection, destination, column)
    ]


def migration_report(connection: Connection, since: datetime) -> list[str]:
    """What the migration joined and left since then: a sentence for each group."""
    lines = connection.execute(
        select(Journal.detail).where(Journal.did == JOINED, Journal.at >= since)
    )
    return [sentence for line in lines.scalars() for sentence in _group_sentence(connection, line)]


def complaint_row_ids(connection: Connection, site: str, reference: str) -> list[int]:
    """The ids of the rows of one complaint, in all files that brought it, however its reference is spelled."""
    unusual = text(_unusual(connection, "complaint.reference"))
    rows = connection.execute(
        select(Complaint.id, Complaint.reference)
        .join(Site, Site.id == Complaint.site_id)
        .where(
            Site.code == normalise_key(site),
            or_(Complaint.reference == normalise_key(reference), unusual),
        )
    )
    return [
        number
        for number, name in rows
        if name is not None and normalise_key(name) == normalise_key(reference)
    ]


def spell_out(text: str) -> str:
    """The text, with the number of each character that is invisible or looks like another."""
    odd = sorted({c for c in text if c != " " and (normalise_key(c) != c or combining(c))})
    return f"« {text} »" + (f" ({', '.join(f'U+{ord(c):04X}' for c in odd)})" if odd else "")


def _texts(destination: Destination) -> list[str]:
    """The columns of texts in the key."""
    columns = Base.metadata.tables[destination.table].columns
    return [name for name in destination.key if isinstance(columns[name].type, String)]


def _unusual(connection: Connection, column: str) -> str:
    """The SQL condition that the text may be spelled otherwise than all are."""
    signs = UNUSUAL[0] if is_sqlite(connection) else UNUSUAL[1]
    return f"({signs} OR {BLANKS})".format(column)


def _unusual_keys(connection: Connection, destination: Destination, column: str) -> list[str]:
    """The rows whose keys are spelled otherwise: a sentence each."""
    unusual = _unusual(connection, f"r.{column}")
    rows = connection.execute(
        text(
            f"SELECT s.code, r.{column}, r.batch_id FROM {destination.table} r JOIN site s ON s.id = r.site_id"  # noqa: S608
            f" WHERE r.superseded_by IS NULL AND {unusual} ORDER BY r.id"
        )
    ).all()
    found = [row for row in rows if normalise_key(row[1]) != row[1]]
    told = [
        f"numéro à relire : {destination.table}, {code}, {spell_out(name)} du lot {batch} se lit comme"
        f" « {normalise_key(name)} », et n'y est pas réuni."
        f" S'il est le même, retirer le lot (python -m db withdraw {batch}), puis remettre son fichier."
        for code, name, batch in found[:LISTED]
    ]
    more = len(found) - LISTED
    return (
        [*told, f"numéro à relire : {destination.table}, et {plural_phrase(more, 'autre')}"]
        if more > 0
        else told
    )


def _group_sentence(connection: Connection, detail: dict[str, Any]) -> list[str]:
    """The sentences for a group of rows that the migration joined or left."""
    said = [f"Numéros écrits d'une seule façon : {detail['renamed']}."]
    for what, words in (
        ("joined", "réunis, car ils disaient la même chose"),
        ("left", "laissés, car ils disent autre chose ; python -m db verify les nomme"),
    ):
        number, groups = detail[what]
        if number:
            said.append(f"Numéros qui se lisaient de même, {words} : {number}.")
        said += [f"  {_rows_in_words(connection, table, ids)}" for table, ids in groups[:LISTED]]
        if number > LISTED:
            said.append(f"  … et {plural_phrase(number - LISTED, 'autre')}, au journal.")
    return said


def _rows_in_words(connection: Connection, table: str, ids: list[int]) -> str:
    """Rows in words: what, where, under which name, of which batches."""
    destination = next(d for d in DESTINATIONS.values() if d.table == table)
    column = _texts(destination)[-1]
    rows = connection.execute(
        text(
            f"SELECT s.code, r.{column}, r.batch_id FROM {table} r JOIN site s ON s.id = r.site_id"  # noqa: S608
            f" WHERE r.id IN ({', '.join(map(str, map(int, ids)))}) ORDER BY r.batch_id"
        )
    ).all()
    names = list(dict.fromkeys(spell_out(name) for _, name, _ in rows))
    batches = ", ".join(str(batch) for _, _, batch in rows)
    return f"{table}, {rows[0][0] if rows else '?'} : {', '.join(names)} (lots {batches})"

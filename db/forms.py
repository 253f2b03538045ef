"""Where each import form's rows go: table, columns, what makes two rows the same thing said twice, and which rows of
other files a file of the form may replace."""

from dataclasses import dataclass

ON_THE_DAY = "{w}.site_id = {r}.site_id AND {w}.day = {r}.{day}"
# A closure lasts: it is replaced where all of it lies in the span that a file covers without a gap.
INSIDE = (
    "{w}.site_id = coalesce({r}.site_id, 0) AND {w}.day = {r}.first_day AND EXISTS (SELECT 1 FROM whole_day l"
    " WHERE l.batch_id = {w}.batch_id AND l.site_id = {w}.site_id AND l.day = {r}.last_day)"
)


@dataclass(frozen=True)
class Destination:
    """The table of a form.

    key: SQL expressions over a row {0} that are equal in two rows for the same thing. day: the column that says which
    day a row speaks of. label: an SQL expression over a row {0}, for people. inside: SQL condition that a row {r} lies
    in a whole day {w} of another file of this form, None where no file is ever whole. spans: its whole days are those
    that the file says it covers (--covers), not those of its rows.
    """

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    day: str
    label: str
    inside: str | None = ON_THE_DAY
    spans: bool = False

    def same(self, a: str, b: str) -> str:
        """SQL condition: rows under the aliases `a` and `b` are the same thing, from two batches."""
        keys = " AND ".join(f"{k.format(a)} = {k.format(b)}" for k in self.key)
        return f"{keys} AND {a}.batch_id <> {b}.batch_id"

    def covered(self, row: str, whole: str) -> str:
        """SQL condition: the row under the alias `row` lies in the whole day `whole` of another batch."""
        return f"{self.inside.format(r=row, w=whole, day=self.day)} AND {whole}.batch_id <> {row}.batch_id"


DESTINATIONS = {
    "registre": Destination(
        "visit",
        (
            "site_id",
            "day",
            "kind",
            "service_id",
            "sex",
            "satisfied",
            "outcome",
            "arrived_at",
            "called_at",
            "ended_at",
            "source_ref",
        ),
        ("{0}.site_id", "{0}.source_ref"),
        "day",
        "{0}.source_ref",
    ),
    "plaintes": Destination(
        "complaint",
        (
            "site_id",
            "reference",
            "received_on",
            "category_id",
            "service_id",
            "channel_id",
            "resolved_on",
            "outcome",
        ),
        ("{0}.site_id", "{0}.reference"),
        "received_on",
        "{0}.reference",
    ),
    "cloture": Destination(
        "daily_closing",
        ("site_id", "day", "agent", "declared"),
        ("{0}.site_id", "{0}.day", "{0}.agent"),
        "day",
        "nullif({0}.agent, '')",
    ),
    # A closure is known by its start: a later file may correct its end.
    "fermetures": Destination(
        "closure",
        ("site_id", "first_day", "last_day", "from_minute", "to_minute", "reason_id"),
        (
            "coalesce({0}.site_id, 0)",
            "{0}.first_day",
            "coalesce({0}.from_minute, -1)",
            "coalesce({0}.reason_id, 0)",
        ),
        "first_day",
        "CAST({0}.last_day AS char(10))",
        INSIDE,
        spans=True,
    ),
    "canevas": Destination(
        "monthly_return",
        (
            "site_id",
            "month",
            "received",
            "satisfied",
            "reasons",
            "difficulties",
            "solutions",
            "remarks",
        ),
        ("{0}.site_id", "{0}.month"),
        "month",
        "NULL",
        None,
    ),
}

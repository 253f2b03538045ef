"""Where each import form's rows go: table, columns, and what makes two rows the same thing said twice."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Destination:
    """The table of a form. `key`: SQL expressions over a row {0} that are equal in two rows for the same thing."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    day: str  # the column that says which day a row speaks of

    def same(self, a: str, b: str) -> str:
        """SQL condition: rows under the aliases `a` and `b` are the same thing, from two batches."""
        keys = " AND ".join(f"{k.format(a)} = {k.format(b)}" for k in self.key)
        return f"{keys} AND {a}.batch_id <> {b}.batch_id"


DESTINATIONS = {
    "registre": Destination(
        "visit", ("site_id", "day", "kind", "service_id", "sex", "satisfied", "outcome", "arrived_at", "called_at",
                  "ended_at", "source_ref"),
        ("{0}.site_id", "{0}.source_ref"), "day"),
    "plaintes": Destination(
        "complaint", ("site_id", "reference", "received_on", "category_id", "service_id", "channel_id", "resolved_on",
                      "outcome"),
        ("{0}.site_id", "{0}.reference"), "received_on"),
    "cloture": Destination(
        "daily_closing", ("site_id", "day", "agent", "declared"),
        ("{0}.site_id", "{0}.day", "{0}.agent"), "day"),
    # A closure is known by its start: a later file may correct its end.
    "fermetures": Destination(
        "closure", ("site_id", "first_day", "last_day", "from_minute", "to_minute", "reason_id"),
        ("coalesce({0}.site_id, 0)", "{0}.first_day", "coalesce({0}.from_minute, -1)", "coalesce({0}.reason_id, 0)"),
        "first_day"),
    "canevas": Destination(
        "monthly_return", ("site_id", "month", "received", "satisfied", "reasons", "difficulties", "solutions",
                           "remarks"),
        ("{0}.site_id", "{0}.month"), "month"),
}

"""The tables of forms, read from the models (db.models.FormRow): which rows are the same thing said twice, and which
rows of other files a file of the form may replace."""

from dataclasses import dataclass

from sqlalchemy import Column, Date, String, Table, UniqueConstraint

from db.models import Base, FormRow, Replaces

REPLACED_SQL = {
    Replaces.DAY: "{w}.site_id = {r}.site_id AND {w}.day = {r}.{day}",
    # A row that lasts is replaced where all of it lies in the span that a file covers without a gap.
    Replaces.SPAN: (
        "{w}.site_id = coalesce({r}.site_id, 0) AND {w}.day = {r}.{day} AND EXISTS (SELECT 1 FROM whole_day l"
        " WHERE l.batch_id = {w}.batch_id AND l.site_id = {w}.site_id AND l.day = {r}.last_day)"
    ),
}


@dataclass(frozen=True)
class Destination:
    """The table of a form.

    key: the columns that are equal in two rows for the same thing; blank: those of them where two blanks are equal.
    day: the column that says which day a row speaks of. label: an SQL expression over a row {0}, for people.
    replaces: which rows a file replaces beside those. typed_gives_way: whether what a site typed of a day gives way to any file
    that speaks of that day, whichever came first.
    """

    table: str
    key: tuple[str, ...]
    blank: frozenset[str]
    day: str
    label: str
    replaces: Replaces
    typed_gives_way: bool = False

    @property
    def replaces_days(self) -> bool:
        """Whether a file may replace whole days of other files."""
        return self.replaces in REPLACED_SQL

    @property
    def replaces_covered_days(self) -> bool:
        """Whether its whole days are those that the file says it covers (--covers), not those of its rows."""
        return self.replaces == Replaces.SPAN

    def same_key_sql(self, a: str, b: str) -> str:
        """The SQL condition that rows under the aliases `a` and `b` are the same thing, from two batches."""
        keys = " AND ".join(
            f"{a}.{c} {'IS NOT DISTINCT FROM' if c in self.blank else '='} {b}.{c}"
            for c in self.key
        )
        return f"{keys} AND {a}.batch_id <> {b}.batch_id"

    def same_day_sql(self, a: str, b: str) -> str:
        """The SQL condition that rows under the aliases `a` and `b` speak of the same site's day, from two batches."""
        same = f"{a}.site_id = {b}.site_id AND {a}.{self.day} = {b}.{self.day}"
        return f"{same} AND {a}.batch_id <> {b}.batch_id"

    def covered_sql(self, row: str, whole: str) -> str:
        """The SQL condition that the row under the alias `row` lies in the whole day `whole` of another batch."""
        inside = REPLACED_SQL[self.replaces].format(r=row, w=whole, day=self.day)
        return f"{inside} AND {whole}.batch_id <> {row}.batch_id"


def _destination(model: type[FormRow]) -> Destination:
    table = Base.metadata.tables[model.__tablename__]
    key = model.key or _unique(table)
    return Destination(
        table.name,
        key,
        blank=frozenset(name for name in model.key if table.columns[name].nullable),
        day=next((c.name for c in table.columns if isinstance(c.type, Date)), ""),
        label=_label([table.columns[name] for name in key]),
        replaces=model.replaces,
        typed_gives_way=model.typed_gives_way,
    )


def _unique(table: Table) -> tuple[str, ...]:
    """The columns that are unique in a batch; none where no constraint says so."""
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint) and "batch_id" in constraint.columns:
            return tuple(c.name for c in constraint.columns if c.name != "batch_id")
    return ()


def _label(key: list[Column[object]]) -> str:
    """The last text of the key: a reference, an agent."""
    texts = [c.name for c in key if isinstance(c.type, String)]
    return f"nullif({{0}}.{texts[-1]}, '')" if texts else "NULL"


DESTINATIONS = {model.form: _destination(model) for model in FormRow.__subclasses__()}

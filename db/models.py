"""The tables: reference data, then what files bring, then what is computed from it.

Small numbers that stand for words (kind, outcome, sex, level) are defined in db.codes. Times of day are whole minutes
after midnight. `superseded_by` names the batch whose row replaces this one; a row counts when it is null. A row of a
withdrawn batch carries its own batch there.
"""

from datetime import date, datetime
from enum import Enum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from db.codes import SET

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
RowId = BigInteger().with_variant(
    Integer, "sqlite"
)  # SQLite numbers rows by itself only in an INTEGER key


class Replaces(Enum):
    """Which rows of other files a file replaces, beside those that it repeats."""

    DAY = "those of the days of which it is the whole register"
    SPAN = "those that lie wholly in the days that it says it covers, for a row that lasts (first_day, last_day)"
    NEVER = "none"


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


# --- reference ------------------------------------------------------------------------------------------------------
class Commune(Base):
    __tablename__ = "commune"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    department: Mapped[str] = mapped_column(String(80), index=True)
    population_2013: Mapped[int] = mapped_column(comment="RGPH-4 census, 2013")
    lat: Mapped[float] = mapped_column(Float)
    lon: Mapped[float] = mapped_column(Float)
    point_kind: Mapped[str] = mapped_column(String(40))


class Site(Base):
    __tablename__ = "site"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[str] = mapped_column(String(10), comment="CCSP or GSRU")
    name: Mapped[str] = mapped_column(String(120))
    host: Mapped[str] = mapped_column(String(120))
    aliases: Mapped[str] = mapped_column(Text, comment="other spellings, separated by semicolons")
    launched_on: Mapped[date | None] = mapped_column(
        Date, comment="the ceremony; service may start earlier"
    )
    silent_after: Mapped[int | None] = mapped_column(
        SmallInteger, comment="days without visit or closing; null: the setting"
    )


class SitePeriod(Base):
    """A period of service of a site. The first one begins in 2000: its first activity or its launch says when."""

    __tablename__ = "site_period"
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    opens_on: Mapped[date] = mapped_column(Date, primary_key=True)
    closes_on: Mapped[date | None] = mapped_column(
        Date, comment="the first day without service; null: it goes on"
    )


class SiteLocation(Base):
    """The location of a site from a day on; the latest one not after a day holds on that day."""

    __tablename__ = "site_location"
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    commune_id: Mapped[int] = mapped_column(ForeignKey("commune.id"), index=True)
    lat: Mapped[float] = mapped_column(Float)
    lon: Mapped[float] = mapped_column(Float)


class SiteHours(Base):
    """Opening hours by weekday (0 = Monday) from a day on: on weekdays without a row of that day it is closed. A site without a
    row has « non renseigné » hours, and opens from Monday to Friday."""

    __tablename__ = "site_hours"
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    weekday: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    opens_at: Mapped[int] = mapped_column(SmallInteger)
    closes_at: Mapped[int] = mapped_column(SmallInteger)


class DepartmentDirector(Base):
    """The director of a department, from a day on: one person may hold several."""

    __tablename__ = "department_director"
    department: Mapped[str] = mapped_column(String(80), primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    director: Mapped[str] = mapped_column(
        String(80), comment="a post or an account, not a person's name"
    )


class Service(Base):
    __tablename__ = "service"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    label: Mapped[str] = mapped_column(String(160), unique=True)
    theme: Mapped[str] = mapped_column(String(80))
    link: Mapped[str] = mapped_column(
        String(40), comment="how the attesting source ties it to the centres"
    )
    deadline_days: Mapped[int | None] = mapped_column(
        comment="calendar days; null where none is known"
    )
    source: Mapped[str] = mapped_column(Text)


class Term(Base):
    """A word of a closed list: complaint categories, channels, closure reasons."""

    __tablename__ = "term"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), comment="category, channel or reason")
    label: Mapped[str] = mapped_column(String(160))
    __table_args__ = (UniqueConstraint("kind", "label"),)


class Holiday(Base):
    """Differences from the calendar of the `holidays` library, entered by a data manager."""

    __tablename__ = "holiday"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    label: Mapped[str] = mapped_column(String(120))
    worked: Mapped[bool] = mapped_column(
        Boolean, comment="true: the library says holiday, it was a working day"
    )


class Target(Base):
    __tablename__ = "target"
    id: Mapped[int] = mapped_column(primary_key=True)
    indicator: Mapped[str] = mapped_column(String(40))
    scope: Mapped[str] = mapped_column(String(80), comment="nation, a department or a site code")
    value: Mapped[float] = mapped_column(Float)
    valid_from: Mapped[date] = mapped_column(Date)
    source: Mapped[str] = mapped_column(Text)
    set_by: Mapped[str] = mapped_column(
        String(80), server_default=text("''"), comment="empty: not known"
    )
    __table_args__ = (UniqueConstraint("indicator", "scope", "valid_from"),)


class Rebase(Base):
    """A new level of a series from this month on: begun by somebody for a stated reason, or proposed by twelve months
    on one side, and refused or accepted."""

    __tablename__ = "rebase"
    id: Mapped[int] = mapped_column(primary_key=True)
    indicator: Mapped[str] = mapped_column(String(40))
    scope: Mapped[str] = mapped_column(String(80), comment="nation, a department or a site code")
    month: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(
        String(10), server_default=SET, comment="set, refused or accepted: db.codes"
    )
    author: Mapped[str] = mapped_column(String(80))
    __table_args__ = (UniqueConstraint("indicator", "scope", "month"),)


class Decision(Base):
    """A decision about a signal: it stays on the chart, and the months after it are judged."""

    __tablename__ = "decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    indicator: Mapped[str] = mapped_column(String(40))
    scope: Mapped[str] = mapped_column(String(80), comment="nation, a department or a site code")
    decided_on: Mapped[date] = mapped_column(Date)
    who: Mapped[str] = mapped_column(String(120), comment="a post, not a person's name")
    what: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date | None] = mapped_column(Date)
    noted_by: Mapped[str] = mapped_column(
        String(80), server_default=text("''"), comment="empty: not known"
    )
    aim: Mapped[str] = mapped_column(
        Text,
        server_default=text("''"),
        comment="what is expected of it; empty: nothing was said",
    )
    done_on: Mapped[date | None] = mapped_column(Date)
    __table_args__ = (Index("ix_decision_indicator_scope", "indicator", "scope"),)


class Reminder(Base):
    """A reminder that somebody sent a site of its days without a register: which days, and when."""

    __tablename__ = "reminder"
    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    sent_at: Mapped[datetime] = mapped_column(DateTime, comment="UTC")
    days: Mapped[str] = mapped_column(Text, comment="ISO, between blanks")
    noted_by: Mapped[str] = mapped_column(String(80))


class QualityAcknowledgement(Base):
    """Rows that a quality rule singled out and somebody checked, and why they are in order. They stay in all figures."""

    __tablename__ = "quality_acknowledgement"
    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(String(40), comment="of dashboard.judgement.quality_rules")
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    marks: Mapped[list[str]] = mapped_column(
        JSON, comment="digests of the rows: another row, or the same changed, has another"
    )
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(DateTime)


class KeptStory(Base):
    """A presentation that somebody saved: which slides, with which words. No figures, no personal data."""

    __tablename__ = "story"
    name: Mapped[str] = mapped_column(String(60), primary_key=True, comment="what a link carries")
    title: Mapped[str] = mapped_column(String(160))
    body: Mapped[str] = mapped_column(Text, comment="JSON of dashboard.stories.to_json")
    kept_by: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[str] = mapped_column(
        String(16), server_default=text("''"), comment="of who kept it; empty: had none"
    )
    kept_at: Mapped[datetime] = mapped_column(DateTime)


class UnansweredSearch(Base):
    """How often, on a day, the same was sought in vain: by words of the product and of places alone. Nothing of who sought it."""

    __tablename__ = "unanswered_search"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    words: Mapped[str] = mapped_column(
        String(200), primary_key=True, comment="of the index of « Chercher », between blanks"
    )
    others: Mapped[int] = mapped_column(
        SmallInteger, primary_key=True, comment="how many other words there were, none of them kept"
    )
    times: Mapped[int] = mapped_column(Integer)


class SimulatedChance(Base):
    """The probability of a false alarm of a series, drawn once under the digest of all that it rests on. Rows may be deleted at
    any time: they are drawn again."""

    __tablename__ = "simulated_chance"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True, comment="SHA-256")
    series: Mapped[str] = mapped_column(
        String(120), index=True, comment="whose: a site and an indicator"
    )
    drawn_on: Mapped[date] = mapped_column(Date)
    chances: Mapped[bytes] = mapped_column(
        LargeBinary, comment="of its months, or of its sites: float64, NaN where none judges it"
    )


class Boundary(Base):
    """The outlines that the ministry loads; one row per level replaces the one before."""

    __tablename__ = "boundary"
    level: Mapped[str] = mapped_column(String(20), primary_key=True)
    geojson: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    loaded_at: Mapped[datetime] = mapped_column(DateTime)


# --- what files bring -----------------------------------------------------------------------------------------------
class ImportBatch(Base):
    __tablename__ = "import_batch"
    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    form: Mapped[str] = mapped_column(String(20))
    filename: Mapped[str] = mapped_column(String(255))
    as_of: Mapped[datetime] = mapped_column(
        DateTime, comment="the greater one wins where two files bring one key"
    )
    first_day: Mapped[date | None] = mapped_column(Date)
    last_day: Mapped[date | None] = mapped_column(Date)
    rows: Mapped[int] = mapped_column(Integer)
    demo: Mapped[bool] = mapped_column(Boolean)
    declared: Mapped[bool] = mapped_column(
        Boolean,
        server_default=false(),
        comment="what a site typed of its days: closures that nobody confirmed yet, closings, promises",
    )
    imported_by: Mapped[str] = mapped_column(String(80))
    imported_at: Mapped[datetime] = mapped_column(DateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime)
    retained: Mapped[bool] = mapped_column(
        Boolean, server_default=false(), comment="rows of it came to their term: it stays for ever"
    )
    __table_args__ = (
        Index(
            "uq_import_batch_live_sha256",
            "sha256",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )


class BatchSite(Base):
    """The coverage of a batch at a site: its first and last day there, with or without rows."""

    __tablename__ = "batch_site"
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True, index=True)
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    rows: Mapped[int] = mapped_column(Integer)


class WholeDay(Base):
    """A site-day of which a batch is the whole register: it replaces the rows of older files of its form on that day."""

    __tablename__ = "whole_day"
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="0: the whole network"
    )
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    __table_args__ = (Index("ix_whole_day_site_id_day", "site_id", "day"),)


class FormRow(Base):
    """A row that files of one form bring: its columns are the fields of the form's entry in FORMATS.

    The first date is the day that a row speaks of. The unique constraint with `batch_id` says which rows are the same
    thing said twice: those with equal values in its other columns, a blank being equal to nothing.
    """

    __abstract__ = True
    form: ClassVar[str]  # the name of its entry in FORMATS
    key: ClassVar[tuple[str, ...]] = ()  # instead of that constraint: here blanks are equal
    replaces: ClassVar[
        Replaces
    ]  # said by each form: taken for a day's, a row of a month would be taken away by another
    # Whether what a site typed of a day gives way to any file that speaks of that day, whichever came first.
    typed_gives_way: ClassVar[bool] = False

    id: Mapped[int] = mapped_column(RowId, primary_key=True, sort_order=-2)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), index=True, sort_order=-1)
    superseded_by: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), sort_order=1)

    def __init_subclass__(cls, **options: Any) -> None:
        if not hasattr(cls, "replaces"):
            raise TypeError(
                f"{cls.__name__}: say which rows its files replace (replaces = Replaces.…)"
            )
        super().__init_subclass__(**options)
        # Superseded rows are few: a partial index finds them at no cost to imports.
        condition = text("superseded_by IS NOT NULL")
        Index(
            f"ix_{cls.__tablename__}_superseded_by",
            cls.__table__.c.superseded_by,
            sqlite_where=condition,
            postgresql_where=condition,
        )


RETAINED = "came to its term: counted for ever, and nothing else is known of it"


class Visit(FormRow):
    """One user received. No name, telephone or matricule: they are dropped when a file is read."""

    __tablename__ = "visit"
    form = "registre"
    replaces = Replaces.DAY
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[int] = mapped_column(SmallInteger)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    sex: Mapped[int | None] = mapped_column(SmallInteger)
    satisfied: Mapped[bool | None] = mapped_column(Boolean(create_constraint=False))
    outcome: Mapped[int] = mapped_column(SmallInteger)
    arrived_at: Mapped[int | None] = mapped_column(SmallInteger)
    called_at: Mapped[int | None] = mapped_column(SmallInteger)
    ended_at: Mapped[int | None] = mapped_column(SmallInteger)
    source_ref: Mapped[str | None] = mapped_column(Text)
    retained: Mapped[bool] = mapped_column(Boolean, server_default=false(), comment=RETAINED)
    __table_args__ = (
        UniqueConstraint("site_id", "source_ref", "batch_id"),
        Index("ix_visit_site_id_day", "site_id", "day"),
    )


class Complaint(FormRow):
    __tablename__ = "complaint"
    form = "plaintes"
    replaces = Replaces.DAY
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    reference: Mapped[str | None] = mapped_column(Text, comment="null: erased at its term")
    received_on: Mapped[date] = mapped_column(Date)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("term.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("term.id"))
    resolved_on: Mapped[date | None] = mapped_column(Date)
    outcome: Mapped[str | None] = mapped_column(String(12), comment="handled, rejected, dropped")
    retained: Mapped[bool] = mapped_column(Boolean, server_default=false(), comment=RETAINED)
    __table_args__ = (
        UniqueConstraint("site_id", "reference", "batch_id"),
        Index("ix_complaint_site_id_received_on", "site_id", "received_on"),
    )


class ComplaintText(Base):
    """The text of a complaint: restricted, and erasable without touching the complaint."""

    __tablename__ = "complaint_text"
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(Text)


class DailyClosing(FormRow):
    """The register's daily « clôture »: several agents of a site are summed."""

    __tablename__ = "daily_closing"
    form = "cloture"
    replaces = Replaces.DAY
    typed_gives_way = True  # the site's number of all, and those of its agents, are never added up
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    day: Mapped[date] = mapped_column(Date)
    agent: Mapped[str] = mapped_column(String(80), comment="a pseudonym; empty where none is given")
    declared: Mapped[int] = mapped_column(Integer)
    __table_args__ = (UniqueConstraint("site_id", "day", "agent", "batch_id"),)


class Closure(FormRow):
    """A site (null: the whole network) closed from a day to a day, or between two hours of these days."""

    __tablename__ = "closure"
    form = "fermetures"
    # Known by its start: a later file may correct its end.
    key = ("site_id", "first_day", "from_minute", "reason_id")
    replaces = Replaces.SPAN
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    from_minute: Mapped[int | None] = mapped_column(SmallInteger)
    to_minute: Mapped[int | None] = mapped_column(SmallInteger)
    reason_id: Mapped[int | None] = mapped_column(ForeignKey("term.id"))


class PromisedRegister(FormRow):
    """A day of which a site hands the register in later, and the day on which it says that it will."""

    __tablename__ = "promised_register"
    form = "annonces"
    replaces = Replaces.DAY
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    day: Mapped[date] = mapped_column(Date)
    promised_on: Mapped[date] = mapped_column(Date)
    __table_args__ = (UniqueConstraint("site_id", "day", "batch_id"),)


class MonthlyReturn(FormRow):
    """The « canevas mensuel »: a site's own declaration of its month. It never feeds the counted figures."""

    __tablename__ = "monthly_return"
    form = "canevas"
    replaces = Replaces.NEVER
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    month: Mapped[date] = mapped_column(Date)
    received: Mapped[int | None] = mapped_column(Integer)
    satisfied: Mapped[int | None] = mapped_column(Integer)
    reasons: Mapped[str] = mapped_column(Text)
    difficulties: Mapped[str] = mapped_column(Text)
    solutions: Mapped[str] = mapped_column(Text)
    remarks: Mapped[str] = mapped_column(Text)
    __table_args__ = (UniqueConstraint("site_id", "month", "batch_id"),)


# --- what is computed -----------------------------------------------------------------------------------------------
class Rollup(Base):
    """The sums of visits of one site (0: nation), one service (0: all, -1: unknown), one day or month. See db.rollup."""

    __tablename__ = "rollup"
    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    service_id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    site_id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    start: Mapped[date] = mapped_column(Date, primary_key=True)
    visits: Mapped[int] = mapped_column(Integer)
    requests: Mapped[int] = mapped_column(Integer)
    complaint_visits: Mapped[int] = mapped_column(Integer)
    informations: Mapped[int] = mapped_column(Integer)
    women: Mapped[int] = mapped_column(Integer)
    men: Mapped[int] = mapped_column(Integer)
    satisfied: Mapped[int] = mapped_column(Integer)
    unsatisfied: Mapped[int] = mapped_column(Integer)
    outcome_known: Mapped[int] = mapped_column(Integer)
    left_unserved: Mapped[int] = mapped_column(Integer)
    left_timed: Mapped[int] = mapped_column(Integer)
    measured: Mapped[int] = mapped_column(Integer)
    p50: Mapped[int | None] = mapped_column(
        SmallInteger, comment="minutes, nearest rank; of this row alone"
    )
    p90: Mapped[int | None] = mapped_column(SmallInteger)
    # The blobs come last: a query that needs none of them does not read their pages.
    waits: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="months: histogram of waits by minute"
    )
    heat: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="months: visits by weekday and hour"
    )
    hours: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="months: counters by hour of arrival"
    )
    hour_waits: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="months: histogram of waits by hour and minute"
    )


class Journal(Base):
    """The journal of changes: who did what, when, why. Triggers refuse any change of a line."""

    __tablename__ = "journal"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime)
    who: Mapped[str] = mapped_column(String(80))
    did: Mapped[str] = mapped_column(
        String(40), comment="in the past participle: imported, withdrawn, added"
    )
    detail: Mapped[dict[str, object]] = mapped_column(JSON)
    why: Mapped[str] = mapped_column(Text)
    __table_args__ = (CheckConstraint("did <> ''", name="did"),)


class UploadPreview(Base):
    """The cells of a file that somebody sent by the page and has not confirmed yet; for a day. Only the browser that sent it
    has the key that opens it."""

    __tablename__ = "upload_preview"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(String(40), comment="the account")
    made_at: Mapped[datetime] = mapped_column(DateTime, index=True, comment="kept for a day")
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, comment="cells of the form's columns, under a key that only the browser has"
    )


class Receipt(Base):
    """What was said to who handed in a batch by the page."""

    __tablename__ = "receipt"
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), primary_key=True)
    preview: Mapped[str] = mapped_column(String(32), unique=True, comment="which it was before")
    detail: Mapped[dict[str, object]] = mapped_column(
        JSON, comment="counts, mends, remarks: no row"
    )


class FileSpelling(Base):
    """What a site's files write for one of our headings or words, as somebody confirmed it once."""

    __tablename__ = "file_spelling"
    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    form: Mapped[str] = mapped_column(String(20))
    field: Mapped[str] = mapped_column(String(40), comment="of the form's column")
    written: Mapped[str] = mapped_column(String(80), comment="without case, accents and spaces")
    word: Mapped[str] = mapped_column(String(200), comment="what is meant; of a heading empty")
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(DateTime)


# --- who asks: outside the data's version, which the journal's last line is --------------------------------------------
class Account(Base):
    """An account, which may sign in. Names are those of posts or of people whom the ministry knows; nothing else of
    them is stored."""

    __tablename__ = "account"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, comment="of chance, never reused")
    name: Mapped[str] = mapped_column(String(80), unique=True, comment="in small letters")
    email: Mapped[str | None] = mapped_column(String(160), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    departments: Mapped[list[str] | None] = mapped_column(
        JSON(none_as_null=True), comment="null: not limited to departments"
    )
    sites: Mapped[list[str] | None] = mapped_column(
        JSON(none_as_null=True), comment="codes; null: not limited to sites"
    )
    password: Mapped[str | None] = mapped_column(Text, comment="argon2id; null: none works")
    must_change: Mapped[bool] = mapped_column(Boolean, comment="the password works once")
    works_until: Mapped[datetime | None] = mapped_column(
        DateTime, comment="of a password that works once"
    )
    disabled: Mapped[bool] = mapped_column(Boolean)
    epoch: Mapped[int] = mapped_column(
        Integer, comment="raised with role, places, password or state: open pages begin anew"
    )
    created_at: Mapped[datetime] = mapped_column(DateTime)


class SignIn(Base):
    """A session: a browser that signed in. The browser alone has the token itself."""

    __tablename__ = "sign_in"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True, comment="SHA-256")
    browser: Mapped[str] = mapped_column(
        String(64), index=True, comment="SHA-256 of what it is known by"
    )
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    began_at: Mapped[datetime] = mapped_column(DateTime)
    seen_at: Mapped[datetime] = mapped_column(DateTime)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime)
    next_id: Mapped[int | None] = mapped_column(
        RowId, comment="the one that went on with its pages after it had lapsed"
    )
    issuer: Mapped[str | None] = mapped_column(
        String(200), comment="the provider that said who it is; null: a password, or a link"
    )
    proved_at: Mapped[datetime | None] = mapped_column(
        DateTime, comment="when a password was last given; null: nobody knows, or there is none"
    )


class Identity(Base):
    """An identity of the provider, by its own unchanging subject, and the account bound to it. Made once, by an
    address that the provider has verified; undone by an administrator."""

    __tablename__ = "identity"
    issuer: Mapped[str] = mapped_column(String(200), primary_key=True)
    subject: Mapped[str] = mapped_column(
        String(255), primary_key=True, comment="the provider's mark of a person"
    )
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), unique=True)
    bound_at: Mapped[datetime] = mapped_column(DateTime)


class GuestLink(Base):
    """A link by which guests of a workshop sign in, under an account of its own that nothing else opens; it ends at
    the account's `works_until`. The token itself is not stored."""

    __tablename__ = "guest_link"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True, comment="SHA-256")
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), unique=True)
    what: Mapped[str] = mapped_column(String(120), comment="for which workshop")
    uses: Mapped[int] = mapped_column(Integer, comment="how often somebody came in by it")
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(DateTime)


class FailedSignIn(Base):
    """The wrong passwords in a row under a key: the next attempt has to wait."""

    __tablename__ = "failed_sign_in"
    who: Mapped[str] = mapped_column(
        String(64), primary_key=True, comment="an account, or a digest of what was typed"
    )
    failures: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(DateTime)


class AccessJournal(Base):
    """The access journal: who signed in, viewed rows, exported, changed an account. Triggers refuse any change of a
    line, and its erasing before its term."""

    __tablename__ = "access_journal"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime, index=True)
    who: Mapped[str] = mapped_column(String(80))
    did: Mapped[str] = mapped_column(String(40), comment="in the past participle: signed in")
    detail: Mapped[dict[str, object]] = mapped_column(JSON)
    __table_args__ = (CheckConstraint("did <> ''", name="did"),)


class Retention(Base):
    """The day up to which each retention term was carried out; of the access journal, what may be erased."""

    __tablename__ = "retention"
    what: Mapped[str] = mapped_column(String(20), primary_key=True, comment="of db.retention.TERMS")
    before: Mapped[datetime] = mapped_column(DateTime)


class DatabaseIdentity(Base):
    """The identity of the database. A copy carries it; a database into which a copy of another is put keeps its own,
    and notes the other's as an ancestor. One row."""

    __tablename__ = "database_identity"
    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    own: Mapped[str] = mapped_column(String(32), comment="of chance, never reused")
    ancestors: Mapped[list[str]] = mapped_column(JSON, comment="whose copies were put into it")
    place: Mapped[str] = mapped_column(
        Text, comment="its address when it was last known; at another it is another database"
    )


class OpenBase(Base):
    """Its one row opens the base, so that nobody need sign in on this machine: `demo` writes it into a new database,
    and triggers delete it with the first row that is not fictitious, and with the first account."""

    __tablename__ = "open_base"
    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    since: Mapped[datetime] = mapped_column(DateTime)

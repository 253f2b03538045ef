"""What a page says of a file is what the command line says of it, and what is kept is what was shown."""

from datetime import date
from pathlib import Path

import pytest

from dashboard.accounts.rights import Person, Role
from dashboard.accounts.sealing import new_key
from dashboard.actions import file_days, handing_in
from dashboard.actions.verdicts import Verdict
from dashboard.answers import context
from dashboard.forms.repairs import repaired
from dashboard.settings import load_settings
from db import intake, uploads
from db.batch_changes import OWN
from db.form_tables import DESTINATIONS
from db.models import Base
from tests.builders import Office, complaint, csv_text
from tests.clock import as_of

SAMPLES = Path(__file__).parents[1] / "samples"
GOOD = sorted(p for p in (SAMPLES / "good").iterdir() if p.suffix != ".json")
BAD = sorted(p for p in (SAMPLES / "bad").iterdir() if p.suffix != ".json")
MANAGER = Person("donnees", Role.DATA_MANAGER, id="m")
KEY = new_key()


@pytest.fixture
def asked(office, database_url, monkeypatch):
    """An office that is asked; its samples speak of more than one month."""
    monkeypatch.setattr(file_days, "OF_ONE_MONTH", frozenset())
    monkeypatch.setenv("DATABASE_URL", database_url)
    load_settings.cache_clear()
    yield office
    context.close_databases()
    load_settings.cache_clear()


def sent(path: Path, month: date = date(2025, 3, 1)) -> Verdict:
    return handing_in.send(MANAGER, KEY, path.name, path.read_bytes(), "", month)


@pytest.mark.parametrize("path", BAD, ids=lambda p: p.name)
def test_a_bad_file_has_the_faults_that_the_command_names(asked: Office, path):
    said = asked.take(path, check=True)
    assert not said.accepted
    references = intake.load_known_references(asked.engine)
    table = uploads.read_upload(path, path.name, references).table
    verdict = sent(path)
    mended = table is not None and bool(repaired(table)[1])
    if not mended:  # « 8h05 » and days that a spreadsheet made numbers are repaired here
        assert not verdict.accepted
        assert [str(p) for p in verdict.outcome.problems] == [str(p) for p in said.problems]
    assert asked.rows("SELECT count(*) FROM import_batch") == [(0,)]


@pytest.mark.parametrize("path", GOOD, ids=lambda p: p.name)
def test_a_good_file_is_kept_as_it_was_shown_and_as_the_command_keeps_it(asked: Office, path):
    verdict = sent(path, date(2025, 3, 1))
    assert verdict.accepted, [str(p) for p in verdict.outcome.problems[:3]]
    batch = handing_in.confirm(MANAGER, KEY, verdict.preview, verdict.version)
    rows = content(asked, verdict.outcome.form, batch)
    assert len(rows) == verdict.outcome.rows
    asked.withdraw(batch)
    said = asked.take(path)
    assert said.accepted and said.batch_id
    assert content(asked, verdict.outcome.form, said.batch_id) == rows
    assert (said.rows, said.effect.rows_counting) == (
        verdict.outcome.rows,
        verdict.outcome.effect.rows_counting,
    )


def content(office: Office, form: str, batch: int) -> list[tuple]:
    """All that a batch's rows say."""
    table = Base.metadata.tables[DESTINATIONS[form].table]
    fields = ", ".join(c.name for c in table.columns if c.name not in OWN)
    asked = f"SELECT {fields} FROM {table.name} WHERE batch_id = {batch}"  # noqa: S608 (own names)
    return sorted(map(repr, office.rows(asked)))


def test_the_verdict_of_a_file_that_was_kept_is_that_it_is_known(asked: Office):
    path = SAMPLES / "good" / "registre-a.csv"
    verdict = sent(path, date(2025, 3, 1))
    number = handing_in.confirm(MANAGER, KEY, verdict.preview, verdict.version)
    again = sent(path, date(2025, 3, 1))
    assert again.is_known and again.outcome.batch_id == number and not again.preview


def test_a_verdict_of_the_day_before_is_read_again(asked: Office):
    content = csv_text("plaintes", complaint("P1", "ccsp-cove", "2026-11-03")).encode()
    with as_of("2026-11-24T23:50"):
        verdict = handing_in.send(MANAGER, KEY, "p.csv", content, "ccsp-cove", date(2026, 11, 1))
        assert verdict.covers == (date(2026, 11, 1), date(2026, 11, 23))
    with as_of("2026-11-25T00:10"):
        with pytest.raises(handing_in.ChangedMeanwhile):
            handing_in.confirm(MANAGER, KEY, verdict.preview, verdict.version)
        again = handing_in.look(MANAGER, KEY, verdict.preview)
        assert again.covers == (date(2026, 11, 1), date(2026, 11, 24))
        assert handing_in.confirm(MANAGER, KEY, verdict.preview, again.version)


def test_who_looks_at_what_he_has_just_sent_waits_for_no_second_verdict(asked: Office, monkeypatch):
    judged, really = [], handing_in._judge
    monkeypatch.setattr(handing_in, "_judge", lambda *a: judged.append(a) or really(*a))
    verdict = sent(SAMPLES / "good" / "registre-a.csv")
    assert handing_in.look(MANAGER, KEY, verdict.preview) == verdict and len(judged) == 1

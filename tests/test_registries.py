"""The registries are complete: what stands in one place is enough for screens, forms, exports and definitions."""

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import fields, replace
from datetime import date
from typing import get_args

import numpy as np
import pytest
from sqlalchemy import Table

from dashboard import palette
from dashboard.accounts.account_rules import ASSIGNABLE_ROLES
from dashboard.accounts.rights import RIGHTS, Role
from dashboard.answers.slides import KINDS
from dashboard.forms.cells import readers
from dashboard.forms.formats import EVERY_FORM, FORMATS, TYPED, Column, Format, Words
from dashboard.forms.reference_names import KnownReferences, normalise
from dashboard.indicators import BY_CODE, INDICATORS, Indicator, Placement, codes, codes_placed_in
from dashboard.judgement.control_charts import CHARTED, FOLLOWED, RATES, SHARES
from dashboard.map_classes import CLASSES, RAMP
from dashboard.navigation import ACTING, PAGES
from dashboard.period import today
from dashboard.settings import ROOT
from dashboard.stories import READY
from db import packed_visits
from db.codes import BYS
from db.form_tables import DESTINATIONS
from db.models import Base, FormRow, Replaces
from tests.browser import house
from tests.one_number import said

ENGLISH = re.compile(
    r"\b(the|of|and|visits?|waits?|complaints?|days?|share|by|users?|closed|open|median|rate|with)\b",
    re.IGNORECASE,
)
IN_DESIGN = {
    "visits",
    "women_share",
    "visits_per_1000",
    "wait_p50",
    "wait_p90",
    "wait_within_30",
    "left",
    "satisfaction",
    "complaints_per_1000",
    "complaints_30d",
    "complaints_30d_due",
    "complaint_delay",
    "complaints_open",
    "completeness",
    "coverage",
}

MOOD = Column("Humeur", "mood", "text", "bonne ou mauvaise")


# --- indicators -----------------------------------------------------------------------------------------------------
@pytest.mark.pitfall(3)
def test_every_indicator_of_the_design_is_there_once():
    codes = [i.code for i in INDICATORS]
    assert len(codes) == len(set(codes)) == len(BY_CODE)
    assert set(codes) >= IN_DESIGN


@pytest.mark.parametrize("name", ["label", "short"])
def test_no_two_indicators_bear_one_name_whatever_the_settings(name):
    """A threshold of 10 minutes must not give « Reçus en 30 minutes ou moins » the name of another."""
    named = Counter(re.sub(r"\d+", "n", getattr(i, name)) for i in INDICATORS)
    assert [one for one, times in named.items() if times > 1] == []


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda i: i.code)
def test_an_indicator_says_everything_about_itself(indicator: Indicator):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", indicator.code)
    for name in ("label", "short", "definition", "numerator", "denominator", "source"):
        assert getattr(indicator, name).strip() == getattr(indicator, name) != "", name
    assert indicator.label[0].isupper()
    assert indicator.definition.endswith(".") and indicator.definition[0].isupper()
    assert indicator.dimensions and indicator.dimensions <= set(BYS)
    assert indicator.kinds and indicator.kinds <= {"CCSP", "GSRU"}
    assert indicator.unit in {"count", "rate", "percent", "per_1000", "minutes", "days"}
    assert indicator.direction in {"up", "down", "neither"}
    assert indicator.register in {"visits", "complaints"}
    assert indicator.minimum >= 0
    assert callable(indicator.measure)
    assert indicator.noun or not indicator.followed, "an alert says « plus de », « moins de » what"


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda i: i.code)
def test_what_is_read_of_an_indicator_is_french(indicator: Indicator):
    for field in fields(indicator):
        text = getattr(indicator, field.name)
        if field.name not in ("code", "unit", "direction", "register", "chart") and isinstance(
            text, str
        ):
            assert not ENGLISH.search(text), text
            assert "'" not in text or re.search(r"\w'\w", text), text


@pytest.mark.parametrize(
    "indicator",
    [i for i in INDICATORS if i.unit in ("percent", "minutes", "days")],
    ids=lambda i: i.code,
)
def test_a_share_or_a_quantile_is_hidden_where_it_rests_on_too_little(indicator: Indicator):
    counted_whole = {
        "coverage",
        "complaints_oldest",
    }  # communes are all known; the oldest complaint is one
    assert indicator.minimum >= 5 or indicator.code in counted_whole
    assert indicator.code != "wait_p90" or indicator.minimum >= 36


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda i: i.code)
def test_what_an_indicator_says_of_its_charts_and_places_holds_together(indicator: Indicator):
    i = indicator
    assert i.places <= set(get_args(Placement))
    if i.chart in ("share", "rate"):
        assert (
            i.unit in ("percent", "per_1000") and i.scale == {"share": 100, "rate": 1000}[i.chart]
        )
    else:
        assert not (i.chart and i.unit in ("percent", "per_1000"))
    assert not i.followed or i.chart, "a signal needs a chart"
    assert i.chart == "measure" or not i.skewed, "only a measure has a scale of its own"
    assert i.chart not in ("wait", "measure") or i.unit in ("minutes", "days")
    assert i.classes is None or sorted(set(i.classes)) == list(i.classes)
    assert i.unit != "count" or i.chart in (None, "stock") and not i.classes, (
        "a count that follows the number of days has neither; what waits at a moment does not"
    )
    assert i.chart != "stock" or (i.unit == "count" and i.is_current and i.register == "complaints")
    assert i.excluded_rows is None or i.excluded_rows.total_indicator in BY_CODE
    assert (
        i.required is None or BY_CODE[i.required.count_indicator].register == i.register == "visits"
    )
    by_site = {"sites", "department", "complaints_by_site", "comparison"}
    assert not by_site & i.places or "site" in i.dimensions
    assert "services" not in i.places or "service" in i.dimensions
    assert "changes" not in i.places or (i.chart in ("share", "rate") and "service" in i.dimensions)


def test_every_list_of_indicators_is_read_from_the_registry():
    for place in get_args(
        Placement
    ):  # a place without any would be an empty row of cards, or an empty list
        assert (
            codes_placed_in(place) == tuple(i.code for i in INDICATORS if place in i.places) != ()
        )
    # What a page is named after comes first on it, and the front page has something of each register.
    assert codes_placed_in("period")[0] == "visits" and codes_placed_in("waits")[0] == "wait_p50"
    assert {BY_CODE[code].register for code in codes_placed_in("period")} == {
        "visits",
        "complaints",
    }
    assert {BY_CODE[code].register for code in codes_placed_in("complaints")} == {"complaints"}
    assert set(codes(lambda i: i.followed)) == set(FOLLOWED)
    assert set(CHARTED) == {i.code for i in INDICATORS if i.chart}
    assert set(CLASSES) == {i.code for i in INDICATORS if i.classes}
    assert all(len(classes.labels()) == len(RAMP) for classes in CLASSES.values())
    assert {i.code for i in INDICATORS if i.chart in ("share", "rate")} == SHARES | RATES
    assert set(KINDS["comparaison"].indicators) == set(codes_placed_in("comparison"))
    assert KINDS["prestations"].indicators == codes_placed_in("services")


# Whose sentences are written around these very indicators.
IN_SENTENCES = {"dashboard/judgement/bulletin.py", "dashboard/answers/waits.py"}


def test_no_list_of_indicators_is_written_by_hand():
    ours = [p for top in ("dashboard", "pages") for p in (ROOT / top).rglob("*.py")]
    lists = {
        p.relative_to(ROOT).as_posix()
        for p in ours
        if p.parent.name != "indicators"
        for node in ast.walk(ast.parse(p.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)) and len(node.elts) > 1
        if all(isinstance(e, ast.Constant) and e.value in BY_CODE for e in node.elts)
    }
    assert lists == IN_SENTENCES


def test_a_list_to_choose_from_ends_with_what_is_neither_good_nor_bad():
    for options in (tuple(CLASSES), CHARTED, FOLLOWED, KINDS["comparaison"].indicators):
        neither = [BY_CODE[code].direction == "neither" for code in options]
        assert neither == sorted(neither) and any(neither)


@pytest.mark.parametrize("minutes, words", [(20, "20 minutes"), (1, "1 minute")])
def test_words_hold_the_settings_in_force(minutes, words):
    read = (
        "from dataclasses import asdict; from dashboard.indicators import BY_CODE;"
        "[print(text) for code in ('wait_within_30', 'coverage') for text in asdict(BY_CODE[code]).values()"
        " if isinstance(text, str)]"
    )
    done = subprocess.run(
        [sys.executable, "-c", read],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "WAIT_THRESHOLD_MINUTES": str(minutes), "OPERATING_DAYS": "45"},
    )
    lines = done.stdout.splitlines()
    assert f"Reçus en {words} ou moins" in lines and f"Reçus en {minutes} min ou moins" in lines
    assert f"Usagers reçus après {words} d'attente ou moins." in lines
    assert f"servis avec une attente d'au plus {words}" in lines
    assert any("dans les 45 derniers jours de la période" in line for line in lines)
    assert not [line for line in lines if "30" in line and line != "wait_within_30"]


def test_only_the_survey_may_be_called_gt1pki01():
    assert all("GT1PKI01" not in i.label + i.short for i in INDICATORS)


# --- forms ----------------------------------------------------------------------------------------------------------
def test_what_is_typed_alone_is_no_form_of_files():
    assert TYPED and not TYPED.keys() & FORMATS.keys()
    assert EVERY_FORM.keys() == TYPED.keys() | FORMATS.keys()


@pytest.mark.parametrize("name", EVERY_FORM)
def test_a_form_is_complete(name):
    form = EVERY_FORM[name]
    assert form.name == name and form.title and form.since <= today()
    kinds = {
        *readers(KnownReferences([], {}), date(2025, 1, 1)),
        "text",
        "whole",
    }  # those two have limits
    assert {c.cell for c in form.columns if not isinstance(c.cell, Words)} <= kinds
    headings, names = [normalise(c.heading) for c in form.columns], [c.field for c in form.columns]
    assert len(set(headings)) == len(headings) and len(set(names)) == len(names)
    assert all(c.hint for c in form.columns)
    assert {form.day, *form.key} <= set(names)
    assert all(c.required or "vide" in c.hint or c.cell == "text" for c in form.columns), (
        "a hint says what may be blank"
    )


def lacks(form: Format) -> list[str]:
    """What is missing between the entry of a form and its table, one sentence each."""
    model = next((m for m in FormRow.__subclasses__() if m.form == form.name), None)
    if model is None:
        return [f"No table in db/models.py says form = {form.name!r}: write its FormRow."]
    table, destination = model.__table__, DESTINATIONS[form.name]
    where = f"{model.__name__} (db/models.py)"
    apart = {"subject"}  # a complaint's words stand in a table of their own
    sentences = [
        f"{where} has no column {field!r}, which the form {form.name!r} fills."
        for field in form.fields
        if field not in table.columns and field not in apart
    ]
    if destination.day != form.day:
        sentences.append(
            f"The first date of {where} is {destination.day!r}, the day of the form {form.name!r} is {form.day!r}."
        )
    if destination.key != form.key:
        sentences.append(
            f"{where} wants UniqueConstraint{(*form.key, 'batch_id')}, for the key of the form {form.name!r}."
        )
    elif form.blank_key != (not destination.blank and may_be_blank(form, table)):
        sentences.append(
            f"Whether blanks are equal in the key: {where} (key) and the form {form.name!r} (blank_key) differ."
        )
    return sentences


def may_be_blank(form: Format, table: Table) -> bool:
    """Whether a row may come without a name of its own: one that every file must give is blank where it was erased only."""
    (column,) = (c for c in form.columns if c.field == form.key[-1])
    return bool(table.columns[column.field].nullable) and not column.required


@pytest.mark.parametrize("form", EVERY_FORM.values(), ids=lambda f: f.name)
def test_a_form_s_rows_have_a_table(form):
    assert lacks(form) == []


def test_a_table_s_rows_have_a_form():
    without = [m.__name__ for m in FormRow.__subclasses__() if m.form not in EVERY_FORM]
    assert not without, f"No entry of FORMATS (dashboard/forms/formats.py) fills {without}."


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"name": "sondage"}, "No table in db/models.py says form = 'sondage'"),
        ({"columns": (*FORMATS["cloture"].columns, MOOD)}, "DailyClosing .* has no column 'mood'"),
        ({"day": "month"}, "The first date of DailyClosing .* is 'day', the day of the form"),
        ({"key": ("site_id", "day")}, r"wants UniqueConstraint\('site_id', 'day', 'batch_id'\)"),
        ({"blank_key": True}, "Whether blanks are equal in the key"),
    ],
)
def test_what_a_form_lacks_is_said(change, sentence):
    assert re.search(sentence, " ".join(lacks(replace(FORMATS["cloture"], **change))))


def test_no_column_of_a_visit_can_hold_a_person():
    words = {"nom", "prenom", "prenoms", "telephone", "matricule", "name", "phone", "surname"}
    assert not words & {normalise(c.heading) for f in FORMATS.values() for c in f.columns}
    assert not words & {
        c for table in ("visit", "complaint") for c in Base.metadata.tables[table].columns
    }


# --- pages ------------------------------------------------------------------------------------------------------------
def test_every_page_has_a_script_and_every_script_a_page():
    scripts = {p.relative_to(ROOT).as_posix() for p in (ROOT / "pages").rglob("*.py")}
    assert {p.path for p in PAGES} == scripts
    assert len({p.url_path for p in PAGES}) == len({p.title for p in PAGES}) == len(PAGES)
    assert all(re.fullmatch(r"[a-z-]+", p.url_path) for p in PAGES)
    assert {p.story for p in PAGES} == {"", *READY}


# --- what a new entry must not forget ----------------------------------------------------------------------------------
@pytest.mark.parametrize("form", EVERY_FORM)
def test_a_form_of_months_is_never_replaced_by_days(form):
    (day,) = [column for column in EVERY_FORM[form].columns if column.field == EVERY_FORM[form].day]
    (rows,) = [one for one in FormRow.__subclasses__() if one.form == form]
    assert (rows.replaces == Replaces.NEVER) == (day.cell == "month")


def test_a_form_says_which_rows_its_files_replace():
    with pytest.raises(TypeError, match="replaces"):
        type("Forgotten", (FormRow,), {"__tablename__": "forgotten", "form": "forgotten"})


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.url_path)
def test_a_page_asks_with_the_filters_that_are_said_to_act_on_it(spec):
    """A filter that is not shown there, and acted, would have come along unseen from another page."""
    tree = ast.parse((ROOT / spec.path).read_text(encoding="utf-8"))
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "filter_state.question"
    ]
    for call in calls:
        asked = ast.literal_eval(call.args[0]) if call.args else ACTING
        assert set(asked) == set(spec.filters) & set(ACTING), ast.unparse(call)


def test_whoever_may_come_is_walked_and_compared():
    """Of roles that see no figures nothing is compared."""
    everybody = {person.role for person in house.PEOPLE.values()}
    assert everybody >= set(Role) and {p.role for p in said.PEOPLE} == {
        role for role in everybody if role in RIGHTS["aggregates"].reach
    }


def test_the_guide_says_what_each_role_may():
    guide = (ROOT / "docs/guide.md").read_text(encoding="utf-8")
    table = guide.split("## Qui voit quoi")[1].split("\n| --- |")[0].splitlines()[-1]
    columns = [cell.strip() for cell in table.strip("| ").split("|")]
    *assigned, guests = [c for c in columns if c]
    assert len(assigned) == len(ASSIGNABLE_ROLES) and guests == "invité"


def test_a_colour_s_name_is_its_own():
    with pytest.raises(ValueError, match="soft"):
        palette.role("soft", "#ffff00")


def test_a_number_wider_than_its_bits_is_refused_and_runs_into_no_neighbour():
    column = {name: np.array([1]) for name in packed_visits.VISIT}
    most = packed_visits.MASK["service"]
    fits = packed_visits.pack({**column, "service_id": np.array([most])})
    assert packed_visits.field_of(fits, "service").tolist() == [most]
    assert packed_visits.field_of(fits, "site").tolist() == [1]
    with pytest.raises(OverflowError, match="service"):
        packed_visits.pack({**column, "service_id": np.array([most + 1])})
    assert sum(width for _, width in packed_visits.FIELDS) <= 63

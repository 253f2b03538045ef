"""« Chercher »: typed phrases and whole questions find their line among the first three, by the script that browsers run."""

import gzip
import json
import re
from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest
from rapidfuzz import fuzz, process

from dashboard.accounts.rights import LOCAL_READER, NOBODY, Person, Role
from dashboard.answers import context, search_index, search_values, table_request
from dashboard.french import fold_accents
from dashboard.indicators import INDICATORS
from dashboard.navigation import PAGES, PLAIN_PAGES, pages_of
from dashboard.period import resolve_period
from dashboard.search.subjects import SUBJECTS
from dashboard.search.unknown import UNKNOWN
from dashboard.web import search_pages
from tests.builders import KANDI, never_answer
from tests.search.matching import Phrase, lines_of, matched, phrases

MOST_BYTES = 15 * 1024
TYPED, ASIDE, QUESTIONS = "phrases.txt", "phrases_aside.txt", "questions.txt"
GUEST = Person("invité", Role.GUEST, frozenset({"Alibori"}), id="g")
FOCAL = Person("point focal", Role.FOCAL_POINT, sites=frozenset({KANDI}), id="f")
PEOPLE = {
    "cabinet": Person("cabinet", Role.CABINET, id="c"),
    "director": Person("directrice", Role.DIRECTOR, frozenset({"Borgou"}), id="d"),
    "manager": Person("gestionnaire", Role.DATA_MANAGER, id="m"),
    "focal": FOCAL,
    "guest": Person("invité", Role.GUEST, id="i"),
}


@pytest.fixture(scope="module", autouse=True)
def _filled(databases):
    with databases.fresh(visits=6_000) as url, pytest.MonkeyPatch.context() as patch:
        never_answer(url)
        patch.setenv("DATABASE_URL", url)
        context.load_settings.cache_clear()
        yield
        context.close_databases()
    context.load_settings.cache_clear()


def index_of(person: Person) -> dict:
    """The index as a browser is given it."""
    return json.loads(search_pages.json_of(search_index.index(person)))


def share_found(found: list[dict], wanted: list[Phrase]) -> tuple[float, list[str]]:
    """The share of phrases that found their line, and those that did not."""
    missed = [
        one.typed
        for one, lines in zip(wanted, found, strict=True)
        if not one.is_found([line["key"] for line in lines["lines"]])
    ]
    return 1 - len(missed) / len(wanted), missed


@pytest.mark.parametrize(("name", "least"), [(TYPED, 0.95), (ASIDE, 0.85), (QUESTIONS, 0.9)])
def test_what_is_typed_finds_its_line_among_the_first_three(name, least):
    wanted = phrases(name)
    found = matched(index_of(LOCAL_READER), [one.typed for one in wanted])
    share, missed = share_found(found, wanted)
    assert share >= least, missed


@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_everyday_questions_of_each_kind_of_people_find_their_line(who):
    split = [one.split(" ; ", 2) for one in lines_of("everyday.txt")]
    wanted = [Phrase(typed, tuple(of.split(" | "))) for person, typed, of in split if person == who]
    assert len(wanted) > 5
    found = matched(index_of(PEOPLE[who]), [one.typed for one in wanted])
    _, missed = share_found(found, wanted)
    assert missed == []


def test_who_answers_for_places_is_offered_them_first_when_he_names_none():
    typed = ["attente", "chez nous attente", "chez nous attente kandi"]
    offered = [
        [line["key"].partition("~")[0] for line in one["lines"]]
        for person in (FOCAL, PEOPLE["director"])
        for one in matched(index_of(person), typed)
    ]
    assert [keys[0] for keys in offered] == [KANDI, KANDI, KANDI, "", "Borgou", KANDI]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("visites cette semaine", "2026-11-23_2026-11-25"),
        ("visites la semaine dernière", "2026-11-16_2026-11-22"),
        ("visites depuis deux semaines", "2026-11-11_2026-11-25"),
        ("visites ces quinze derniers jours", "2026-11-10_2026-11-25"),
        ("visites ce trimestre", "2026-T4"),
        ("visites le trimestre dernier", "2026-T3"),
        ("visites par jour", None),
        ("plaintes plus d'un mois", None),
        ("plaintes de moins de deux semaines", None),
    ],
)
def test_weeks_and_days_are_those_before_today(typed, code):
    index = index_of(LOCAL_READER) | {"end": "2026-11-20", "today": "2026-11-25"}
    period = matched(index, [typed])[0]["period"]
    assert (period and period["code"]) == code
    assert code is None or resolve_period(code, date(2026, 11, 25))


def test_a_page_of_months_opens_at_the_month_that_was_typed_and_a_table_with_the_least_first():
    [of_month, least] = matched(
        index_of(PEOPLE["cabinet"]), ["octobre coupures", "centre le moins fréquenté"]
    )
    assert "mois=2026-10" in of_month["lines"][0]["address"]
    assert "tri=visits_per_day" in least["lines"][0]["address"]


def test_it_finds_more_than_a_list_sorted_by_likeness():
    """What a fuzzy list of all lines would do, by a library that does nothing else."""
    index, wanted = index_of(LOCAL_READER), phrases(TYPED)
    lines = {f"{code}~": name for code, name, *_ in index["places"]}
    for subject, label, _, scales, cuts, _ in index["subjects"]:
        lines |= {f"~{subject}": label} if "nation" in scales else {}
        lines |= {
            f"~{subject}~{cut.split('/')[1]}": f"{label} par {cut.split('/')[1]}"
            for cut in cuts
            if "nation" in cut
        }
        lines |= {f"{code}~{subject}": f"{name} {label}" for code, name, kind, *_ in index["places"]
                  if ("department" if kind == "department" else "site") in scales}  # fmt: skip
    lines |= {f"{kind}:{code}": label for kind, code, label, *_ in index["lines"]}
    names = {key: fold_accents(name).lower() for key, name in lines.items()}
    by_library = sum(
        one.is_found([key + "~~~~" for _, _, key in process.extract(one.typed.lower(), names, scorer=fuzz.WRatio, limit=3)])
        for one in wanted
    ) / len(wanted)  # fmt: skip
    ours, _ = share_found(matched(index, [one.typed for one in wanted]), wanted)
    assert ours > by_library


def test_every_indicator_and_subject_is_found_by_its_own_name():
    index = index_of(LOCAL_READER)
    there = [one for one in SUBJECTS if "nation" in one.places]
    found = matched(index, [one.label for one in there])
    missed = [
        one.label
        for one, lines in zip(there, found, strict=True)
        if one.code
        not in {line["key"].split("~")[1] for line in lines["lines"][:3] if "~" in line["key"]}
    ]
    assert not missed
    assert {i.code for i in INDICATORS} <= {one.code for one in SUBJECTS}


def test_the_index_is_small_and_every_line_leads_to_a_page_of_the_person():
    for person in (LOCAL_READER, GUEST, FOCAL):
        index = index_of(person)
        assert len(gzip.compress(json.dumps(index, ensure_ascii=False).encode(), 6)) <= MOST_BYTES
        typed = [one.typed for name in (TYPED, QUESTIONS) for one in phrases(name)]
        open_to = {spec.url_path for spec in pages_of(person)} | set(PLAIN_PAGES)
        for answer in matched(index, typed):
            for line in answer["lines"]:
                path, asked = (
                    urlsplit(line["address"]).path.strip("/"),
                    dict(parse_qsl(urlsplit(line["address"]).query)),
                )
                assert not line["address"] or (path or PAGES[0].url_path) in open_to, line
                end = context.date.fromisoformat(index["end"])
                assert "periode" not in asked or resolve_period(asked["periode"], end), line


def test_a_guest_finds_his_department_and_nothing_of_others_and_nobody_finds_anything():
    index = index_of(GUEST)
    assert {name for code, name, kind, *_ in index["places"] if kind == "department"} == {"Alibori"}
    assert not {code for code, *_ in index["subjects"]} & {
        "complaints_open",
        "complaints_oldest",
        "reasons",
    }
    assert not search_values.values(GUEST, ["ccsp-cove~wait_p50~~~", "Zou~~~~"])
    assert not index_of(NOBODY)["places"] and not index_of(NOBODY)["subjects"]


def test_a_period_that_is_said_is_the_one_that_the_address_asks_for():
    index = index_of(LOCAL_READER)
    end = context.date.fromisoformat(index["end"])
    said = {
        "attente depuis janvier": f"{end.year}-01-01_{end}",
        "attente en 2024": "2024",
        "attente cette année": "annee",
        "attente l'année dernière": "annee-1",
        "attente au 1er trimestre 2025": "2025-T1",
        "attente de mars à juin 2025": "2025-03-01_2025-06-30",
        "attente en février 2024": "2024-02",
        "attente des 3 derniers mois": "3m",
        "attente le mois dernier": "mois-1",
        "attente": None,
        "plaintes de plus de 30 jours": None,
    }
    for typed, answer in zip(said, matched(index, list(said)), strict=True):
        assert (answer["period"] or {}).get("code") == said[typed], typed


def test_of_two_places_only_what_their_page_tells_is_offered():
    """« A progressé » of two centres led to one period of both, whose title is a level; closures stand on no such page."""
    index = index_of(LOCAL_READER)
    typed = ["progressé depuis janvier nikki bembèrèkè", "borgou ouémé comparer deux périodes"]
    typed += ["coupures nikki bembèrèkè", "attente nikki bembèrèkè"]
    *others, waits = matched(index, typed)
    for answer in others:
        beside = [one["label"] for one in answer["lines"] if one["group"] == "beside"]
        assert all(label.endswith(", côte à côte") for label in beside), beside
    assert any("Nikki · attente médiane" in one["label"] for one in waits["lines"])


def test_a_value_is_that_of_the_page_and_an_unknown_key_has_none():
    from dashboard.answers.figures import overall_figures
    from dashboard.answers.question import Question
    from dashboard.wording import shown_value

    end = context.date.fromisoformat(index_of(LOCAL_READER)["end"])
    year = resolve_period("12m", end)
    figure = overall_figures(LOCAL_READER, Question(year.first, year.last, site=KANDI))["visits"]
    key = f"{KANDI}~visits~~~"
    assert search_values.values(LOCAL_READER, [key])[key].startswith(shown_value(figure))
    hostile = [
        "",
        "~~~~",
        "a~b",
        "x~visits~~~",
        f"{KANDI}~visits~~~2026-99",
        f"{KANDI}~visits~~zut~",
        "~nope~~~",
        "~" * 300,
    ]
    said = search_values.values(LOCAL_READER, hostile)
    assert set(said) <= {"~~~~"}


def test_what_the_data_do_not_hold_says_what_would_be_needed():
    for one in UNKNOWN:
        assert one.note.endswith(".") and len(one.note) < 200 and one.label.endswith("?"), one.code


def test_a_figure_leads_to_its_card_or_panel_and_not_to_the_top_of_its_page():
    index = index_of(LOCAL_READER)
    leads = {
        "nikki attente médiane": "/site?periode=12m&centre=ccsp-nikki#aide-wait_p50",
        "attente par heure": "/attentes?periode=12m#attentes_heures",
        "motifs des plaintes": "/plaintes?periode=12m#motifs",
        "coupures kandi": "/site?periode=12m&centre=ccsp-kandi#site_coupures",
        "femmes par département": "/departement?lignes=departements&colonnes=women_share&tri=-women_share"
        "&periode=12m#tableau",
    }
    for typed, answer in zip(leads, matched(index, list(leads)), strict=True):
        assert leads[typed] in [line["address"] for line in answer["lines"][:3]], typed


def test_the_table_of_a_comparison_is_one_that_its_page_understands():
    for subject in SUBJECTS:
        for target in subject.cuts.values():
            if target.part == "tableau":
                assert all(table_request.is_valid(*one) for one in target.filters), subject.code


def test_places_that_match_as_well_stand_by_name():
    index = index_of(LOCAL_READER)
    index["places"].sort(key=lambda one: one[0], reverse=True)
    [both] = matched(index, ["zou borgou"])
    assert both["lines"][0]["label"] == "Borgou et Zou, côte à côte"


def test_a_guest_is_offered_no_definition_or_story_of_complaints_that_he_may_not_see():
    offered = {(kind, code) for kind, code, *_ in index_of(GUEST)["lines"]}
    assert ("def", "complaints_open") not in offered and ("story", "plaintes") not in offered
    assert ("def", "wait_p50") in offered and ("def", "complaints_per_1000") in offered


def test_a_value_says_its_unit_and_what_it_rests_on_in_words():
    keys = [f"~{i.code}~~~" for i in INDICATORS]
    said = search_values.values(LOCAL_READER, keys)
    numbers = [
        words.removeprefix("au moins") for words in said.values() if re.search(r"[1-9]", words)
    ]
    assert len(numbers) > 9 and all(re.search(r"%|[a-zé]{3}", words) for words in numbers)
    assert said["~wait_p50~~~"].endswith("attentes mesurées")
    assert said["~visits_per_day~~~"].partition(" · ")[0].endswith("visites par jour ouvert")

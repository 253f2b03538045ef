"""What was sought in vain is counted by words of the product and of places alone, whatever is typed or sent; who may read it; how
much of it there can be."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.accounts.rights import LOCAL_READER, NotAllowed, Person, Role
from dashboard.actions import unanswered_searches as counted
from dashboard.answers import context, search_index
from dashboard.answers.unanswered_searches import unanswered_searches
from dashboard.period import today
from dashboard.search.unanswered import Sought, reduce, vocabulary
from dashboard.web import search_pages
from dashboard.web.rate_limits import AdmissionLimit
from dashboard.web.request_limits import RecentLimits
from db import read
from db import unanswered_searches as stored
from tests.accounts.asgi import Browser, run
from tests.accounts.conftest import House, closed, house  # noqa: F401 (fixtures)
from tests.search.matching import matched

# Invented, and written as people write them.
PERSONAL = (
    "Zinsou", "GBAGUIDI", "Ahouansou", "Koffi Mensah", "97 00 11 22", "+229 01 97 00 11 22", "0197001122",
    "awa.zinsou@courriel.bj", "matricule 123456", "n° 4521/2026", "né le 03/04/1987", "RB1234567", "🙂", "Zïnsou",
    "\u202eZinsou", "ZI\u200bNSOU",
)  # fmt: skip
# Of these, what the index says too.
HARMLESS = {"bj", "le", "ne", "n", "matricule"}
PRODUCT = ("nikki", "Sèmè", "plaintes", "CIP", "coût", "NPI", "Porto-Novo", "attente médiane", "où")


class Reader:
    """A browser of somebody who seeks."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def index(self) -> dict:
        return json.loads(self.browser.fetch("/chercher/index").text)

    def send(self, words: str, others: str = "0", **more: str) -> int:
        """Say what was sought in vain, as the box does; returns the status of the answer."""
        token = more.pop("jeton", None) or self.index()["token"]
        body = urlencode(
            {"jeton": token, "mots": words, "autres": others}, errors="surrogatepass"
        ).encode()
        sent = {
            "content-type": "application/x-www-form-urlencoded",
            "content-length": str(len(body)),
            "origin": self.browser.origin,
            **more,
        }
        answer = run(self.browser.ask("/chercher/sans-reponse", "POST", body, **sent))
        counted.BACKGROUND.submit(int).result()  # what is being counted is
        return answer.status

    def page(self) -> str:
        text = re.sub(r"<[^>]+>", " ", self.browser.get("/chercher").text)
        return " ".join(unescape(text).split())


@pytest.fixture
def base(closed: House, monkeypatch):  # noqa: F811
    """A base with an account; no limit has been used."""
    limits = RecentLimits(lambda: AdmissionLimit(1 / 30, 60))
    monkeypatch.setattr(search_pages, "IN_VAIN", limits)
    yield closed
    context.close_databases()


def kept(base: House) -> list[tuple]:
    """All that is kept, in the order of its words."""
    with base.engine.connect() as connection:
        asked = "SELECT day, words, others, times FROM unanswered_search ORDER BY words, others"
        return [tuple(row) for row in connection.exec_driver_sql(asked)]


@pytest.fixture
def own_index(base) -> dict:
    return search_index.index(LOCAL_READER)


TYPED = st.lists(
    st.one_of(st.sampled_from(PERSONAL), st.sampled_from(PRODUCT), st.text(max_size=40)),
    max_size=12,
).map(" ".join)


def test_whatever_is_typed_or_sent_no_word_is_kept_but_those_of_the_index(own_index):
    known = vocabulary(own_index)

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(TYPED, st.one_of(st.just("2"), st.text(max_size=8)))
    def holds(words, others):
        left = reduce(words, others, known)
        assert set(left.words) <= set(known) and len(" ".join(left.words)) <= 200
        assert list(left.words) == sorted(set(left.words))
        assert 0 <= left.others < 1_400
        # The order in which it was typed is not kept either.
        assert reduce(" ".join(reversed(words[:200].split())), others, known).words == left.words

    holds()


def test_no_name_number_or_address_is_a_word_of_the_index(own_index):
    known = vocabulary(own_index)
    people = (
        "zinsou gbaguidi ahouansou koffi mensah awa dossou hounkpe agbossou houngbedji akpovi sossa"
    )
    assert not set(people.split()) & set(known)
    assert not [word for word in known if word.isdecimal()]
    for one in PERSONAL:
        assert set(reduce(one, "0", known).words) <= HARMLESS, one
    assert {"nikki", "plaintes", "cout", "cip", "seme"} <= set(known)
    assert known["seme"] == "Sèmè" and known["cout"] == "coût" and known["cip"] == "CIP"


def test_the_browser_itself_tells_nothing_of_other_words(own_index):
    """What leaves it: the words of the index, and a number."""
    index = json.loads(search_pages.json_of(own_index))
    typed = {
        "plaintes de Koffi Zinsou à Nikki": ({"nikki", "plaintes"}, 2),
        "97 00 11 22": (set(), 4),
        "nikki parking": ({"nikki"}, 1),
        "coûts en 2019": ({"cout"}, 0),
        "awa.zinsou@courriel.bj": ({"bj"}, 3),
        "qui": (set(), 0),
    }
    for phrase, found in zip(typed, matched(index, list(typed)), strict=True):
        told = found["reduced"]
        assert (set(told["words"]), told["others"]) == typed[phrase], phrase


def test_the_same_is_counted_once_more_and_the_data_manager_reads_it(base):
    reader = Reader(base.someone("dir.zou"))
    manager = Reader(base.someone("gestion", role=Role.DATA_MANAGER))
    assert "aucune recherche n'est restée sans réponse" in manager.page()
    for words in ("coût nikki", "Nikki, COÛT", "nikki cout"):
        assert reader.send(words) == 200
    assert reader.send("plaintes Zinsou", "1") == 200
    assert reader.send("Gbaguidi 97001122", "") == 200
    assert kept(base) == [
        (kept(base)[0][0], "", 2, 1),
        (kept(base)[0][0], "cout nikki", 0, 3),
        (kept(base)[0][0], "plaintes", 2, 1),
    ]
    said = manager.page()
    assert "5 recherches sont restées sans réponse : surtout « coût, Nikki » (3 fois)." in said
    assert (
        "« plaintes » et 2 autres mots 1" in said
        and "2 autres mots, aucun de l'application 1" in said
    )
    assert "zinsou" not in said.lower() and "gbaguidi" not in said.lower()
    assert "sans réponse" not in reader.page()


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.DATA_MANAGER, Role.READER)]
)
def test_nobody_else_reads_it(base, role):
    with pytest.raises(NotAllowed):
        unanswered_searches(Person("x", role, frozenset(), frozenset(), id="x"))
    assert "sans-reponse" not in json.dumps(
        search_index.index(Person("x", role, frozenset(), frozenset(), id="x")), default=dict
    )


def test_a_guest_s_is_counted_by_the_words_of_his_own_index(base):
    guest = Person("invité", Role.GUEST, frozenset({"Zou"}), id="g")
    done = counted.note(guest, "nikki covè attente", "0")
    assert done is not None
    done.result()
    assert [row[1:] for row in kept(base)] == [("attente cove", 1, 1)]
    with pytest.raises(NotAllowed):
        counted.note(Person("", ""), "nikki", "0")


def test_without_the_token_or_from_elsewhere_nothing_is_counted(base):
    reader = Reader(base.someone("dir.zou"))
    assert reader.send("nikki", jeton="0" * 64) == 403
    assert reader.send("nikki", origin="https://ailleurs.example") == 403
    assert Reader(Browser()).browser.fetch("/chercher/index").status == 401
    answer = reader.browser.fetch("/chercher/sans-reponse?mots=nikki&autres=1")
    assert answer.status == 200 and kept(base) == []


def test_nothing_to_count_is_no_row(base):
    reader = Reader(base.someone("dir.zou"))
    assert {reader.send(words) for words in ("", "!?", "   ")} == {200} and kept(base) == []


def test_of_one_account_few_are_counted_and_of_one_day_few_rows_kept(base, monkeypatch):
    reader = Reader(base.someone("dir.zou"))
    monkeypatch.setattr(search_pages, "IN_VAIN", RecentLimits(lambda: AdmissionLimit(1e-6, 3)))
    assert [reader.send("nikki") for _ in range(6)] == [200] * 6
    assert [row[1:] for row in kept(base)] == [("nikki", 0, 3)]
    monkeypatch.setattr(stored, "MOST_A_DAY", 4)
    for number, word in enumerate(("a", "b", "c", "d", "e", "f")):
        stored.count_search(base.engine, today(), [word], number)
    stored.count_search(base.engine, today(), ["nikki"], 0)
    assert [row[1:] for row in kept(base)] == [
        ("", 5, 3), ("a", 0, 1), ("b", 1, 1), ("c", 2, 1), ("nikki", 0, 4),
    ]  # fmt: skip


def test_a_day_of_before_the_last_thirty_is_not_said(base):
    stored.count_search(base.engine, today() - timedelta(days=30), ["nikki"], 0)
    assert unanswered_searches(LOCAL_READER).rows == []
    stored.count_search(base.engine, today() - timedelta(days=29), ["nikki"], 0)
    said = unanswered_searches(LOCAL_READER).finding
    assert said.endswith("1\xa0recherche est restée sans réponse.")


def test_a_reduced_search_is_its_words_in_order_and_a_number():
    assert reduce("b a b zut", "3", {"a", "b"}) == Sought(("a", "b"), 4)


def test_two_at_once_are_two_and_no_kept_answer_is_made_anew_by_it(base):
    with base.engine.connect() as connection:
        before = read.version(connection)
    with ThreadPoolExecutor(4) as many:
        list(many.map(lambda _: stored.count_search(base.engine, today(), ["nikki"], 0), range(20)))
    assert [row[1:] for row in kept(base)] == [("nikki", 0, 20)]
    with base.engine.connect() as connection:
        assert read.version(connection) == before

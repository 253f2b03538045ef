"""Names and addresses that read like somebody else's: none opens his account, and no account is made of one."""

import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from dashboard.__main__ import main
from dashboard.accounts import account_changes, failed_sign_ins, lookalike_names, sign_ins
from dashboard.accounts.account_rules import AccountChanges
from dashboard.accounts.rights import Role
from db import provider_identities
from db.write import Refused
from tests.accounts.asgi import Browser
from tests.accounts.lying import come_in, person

# Signs that folding makes another, or two others: each is, to whoever folds, the same address.
ALIKE = [
    ("chef.sauve@exemple.bj", "chef.\u017fauve@exemple.bj"),  # long s
    ("chef.kandi@exemple.bj", "chef.\u212aandi@exemple.bj"),  # Kelvin sign
    ("chef.voss@exemple.bj", "chef.vo\u00df@exemple.bj"),
    ("chef.stoffe@exemple.bj", "chef.sto\ufb00e@exemple.bj"),
    ("chef.abomey@exemple.bj", "chef.\uff41bomey@exemple.bj"),  # a wide letter
    ("chef.andr\u00e9@exemple.bj", "chef.andre\u0301@exemple.bj"),
    ("chef.nikki@exemple.bj", "chef.n\u0131kki@exemple.bj"),  # i without a dot
    ("chef.savalou@exemple.bj", "chef.sava\u200blou@exemple.bj"),  # a sign that nobody sees
]


@pytest.mark.parametrize("written", ["\u0441ab", "ok\u04373", "\u03bfla", "c\u0251b", "ka\u0261o"])
def test_no_account_is_made_of_letters_of_another_alphabet(closed, written):
    """« с » of Cyrillic beside « c »: nobody who looks at the list of accounts sees which is which."""
    with pytest.raises(Refused, match="d'un autre alphabet"):
        closed.add(written, Role.CABINET)
    with pytest.raises(Refused, match="d'un autre alphabet"):
        account_changes.add(
            closed.engine,
            "kofi",
            AccountChanges(Role.CABINET, email=f"{written}@exemple.bj"),
            "test",
        )
    assert "kofi" not in {one.name for one in account_changes.all_accounts(closed.engine)}


@pytest.mark.parametrize("written", ["h\u00e9l\u00e8ne", "k\u0254j\u00f3", "\u0190v\u025b-\u0256o"])
def test_an_account_is_made_of_the_letters_of_benin(closed, written):
    closed.add(written, Role.CABINET)
    assert written.lower() in {
        one.name.lower() for one in account_changes.all_accounts(closed.engine)
    }


def with_address(house, name: str, address: str) -> None:
    """An account with this address, as older versions let it be made."""
    house.add(name, Role.CABINET)
    with house.engine.begin() as connection:
        connection.execute(
            text("UPDATE account SET email = :email WHERE name = :name"),
            {"email": address, "name": name},
        )


@pytest.mark.parametrize(("plain", "other"), [*ALIKE, *((b, a) for a, b in ALIKE)])
def test_an_address_that_reads_like_another_does_not_open_its_account(
    closed, ministry, plain, other
):
    with_address(closed, "chef", plain)
    ministry.said = {"email": other, "email_verified": True}
    browser, answer = come_in(ministry)
    assert answer.status == 401 and browser.get("/").status == 303
    ministry.said = {"email": plain, "email_verified": True}
    assert person(come_in(ministry)[0]).name == "chef"


def test_capital_letters_of_an_address_are_the_same_letters(closed, ministry):
    with_address(closed, "chef", "Chef.Zou@Exemple.BJ")
    ministry.said = {"email": "cHEF.zOU@exemple.bj", "email_verified": True}
    assert person(come_in(ministry)[0]).name == "chef"


@given(address=st.text(min_size=1), other=st.text(min_size=1))
def test_an_address_is_another_s_by_capital_letters_alone(address, other):
    """Whatever is folded anywhere: what may differ is a letter from A to Z."""
    for one in (other, address.upper(), unicodedata.normalize("NFKC", address), address.casefold()):
        same = len(one) == len(address) and all(
            a == b or (a.isascii() and b.isascii() and a.lower() == b.lower())
            for a, b in zip(one, address, strict=True)
        )
        assert (
            one.translate(provider_identities.IN_SMALL)
            == address.translate(provider_identities.IN_SMALL)
        ) == same


@given(address=st.text())
def test_whatever_folds_an_address_leaves_one_that_reads_like_it(address):
    for fold in (str.upper, str.lower, str.casefold):
        for form in ("NFC", "NFD", "NFKC", "NFKD"):
            assert lookalike_names.skeleton(
                unicodedata.normalize(form, address)
            ) == lookalike_names.skeleton(address)
        if fold(address).isascii() or address.isascii():
            assert lookalike_names.skeleton(fold(address)) == lookalike_names.skeleton(address)


@pytest.mark.parametrize(("plain", "other"), [*ALIKE, ("a@exemple.bj", "A@Exemple.bj")])
def test_no_account_is_given_an_address_that_reads_like_another_s(closed, plain, other):
    closed.add("un", Role.CABINET, email=plain)
    closed.add("deux", Role.CABINET)
    with pytest.raises(Refused, match="se lit comme, l'adresse du compte « un »"):
        closed.add("trois", Role.CABINET, email=other)
    with pytest.raises(Refused, match="se lit comme, l'adresse du compte « un »"):
        account_changes.change(closed.engine, "deux", AccountChanges(email=other), "test")
    account_changes.change(
        closed.engine, "un", AccountChanges(email=plain.upper()), "test"
    )  # its own
    assert [one.name for one in account_changes.all_accounts(closed.engine)] == [
        "adm",
        "deux",
        "un",
    ]


@pytest.mark.parametrize("name", ["ａｄｍ", "ad\u1d50"])
def test_no_account_is_given_a_name_that_reads_like_another_s(closed, name):
    with pytest.raises(Refused, match="se lit comme « adm »"):
        closed.add(name, Role.CABINET)


def test_of_many_at_once_one_account_is_given_the_address(closed):
    def one(n: int) -> str:
        address = "".join(c.upper() if n >> at & 1 else c for at, c in enumerate("abc@exemple.bj"))
        try:
            closed.add(f"compte.{n}", Role.CABINET, email=f"{n // 8}{address}")
        except Refused:
            return ""
        return address

    with ThreadPoolExecutor(8) as many:
        assert len(list(filter(None, many.map(one, range(48))))) == 6


def test_accounts_that_read_alike_already_are_named_until_one_is_changed(closed, command):
    with_address(closed, "un", "sauve@exemple.bj")
    with_address(closed, "deux", "\u017fauve@exemple.bj")
    said = command(main, "accounts", "list").out
    assert "« deux » (\u017fauve@exemple.bj) et « un » (sauve@exemple.bj) se lisent de même" in said
    # What else is changed of them is not refused for that.
    account_changes.change(closed.engine, "un", AccountChanges(role=Role.DATA_MANAGER), "test")
    account_changes.change(closed.engine, "deux", AccountChanges(email="deux@exemple.bj"), "test")
    assert "se lisent de même" not in command(main, "accounts", "list").out


@pytest.mark.parametrize("known", [True, False])
def test_a_name_with_accents_waits_alike_however_it_is_typed(closed, known):
    """Else three wrong passwords under each of its forms tell which names are somebody's."""
    if known:
        closed.add("z\u00e9no.h\u00f4te", Role.CABINET)
    forms = [unicodedata.normalize(form, "z\u00e9no.h\u00f4te") for form in ("NFC", "NFD")]
    for n in range(failed_sign_ins.FREE + 1):
        assert sign_ins.WRONG in Browser().sign_in(forms[n % 2], "faux").text
    for form in (*forms, forms[1].upper(), f" {forms[1]} "):
        assert "attendre" in Browser().sign_in(form, "faux").text


def test_the_command_knows_a_name_however_it_is_typed(closed, command):
    closed.add("z\u00e9no", Role.CABINET)
    assert command(main, "accounts", "disable", "ZE\u0301NO").code == 0

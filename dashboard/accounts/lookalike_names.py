"""Which names and addresses could be mistaken for one another. Signing in compares names exactly; this comparison is
wider, so that no account is made that reads like another.

Before: `db.accounts_and_sessions`. After: `dashboard.accounts.account_changes`, which refuses lookalikes when an
account is made or changed.
"""

import unicodedata
from collections.abc import Iterable, Iterator

from db.accounts_and_sessions import Holder


def skeleton(text: str) -> str:
    """The text with all characters that some comparison takes for the same written alike: « ſ » is s, « ß » ss, « ﬀ »
    ff, the Kelvin sign k; invisible characters are left out."""
    for form in ("NFD", "NFKC", "NFKC"):  # what one step gives, the next may fold further
        text = unicodedata.normalize(form, text).upper().casefold()
    seen = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", seen)


# Letters of the languages of Benin and of French that are none of A to Z with a mark.
OWN_LETTERS = frozenset("ɖɛɔŋɣƉƐƆŊƔœæŒÆ")


def foreign_letter(text: str) -> str:
    """The first letter of the text that is of another alphabet and looks like one of ours; "" for none: « с » of
    Cyrillic reads like « c », and no normalisation makes one of the other."""
    for sign in unicodedata.normalize("NFD", text):
        is_letter = unicodedata.category(sign).startswith("L")
        if is_letter and not sign.isascii() and sign not in OWN_LETTERS:
            return sign
    return ""


def account_like_name(accounts: Iterable[Holder], name: str) -> Holder | None:
    """The account whose name could be mistaken for this one; None where there is none."""
    wanted = skeleton(name)
    return next((one for one in accounts if skeleton(one.name) == wanted), None)


def account_like_address(accounts: Iterable[Holder], address: str) -> Holder | None:
    """The account whose address could be mistaken for this one; None where there is none."""
    wanted = skeleton(address)
    return next((one for one in accounts if one.email and skeleton(one.email) == wanted), None)


def lookalike_pairs(accounts: Iterable[Holder]) -> Iterator[tuple[Holder, Holder]]:
    """The pairs of accounts whose names or addresses could be mistaken for one another, made before that was refused."""
    first: dict[tuple[str, str], Holder] = {}
    for one in accounts:
        written = [("name", one.name), *([("address", one.email)] if one.email else [])]
        others = [first.setdefault((what, skeleton(text)), one) for what, text in written]
        for other in {o.id: o for o in others if o is not one}.values():
            yield other, one

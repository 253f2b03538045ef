"""Which names and addresses could be taken for one another. What opens an account is compared sign by sign; this is wider, so
that no account is made that reads like another.

Before: `db.accounts_and_sessions`. After: `dashboard.accounts.account_changes`, which refuses what is alike when an account is
made or changed.
"""

import unicodedata
from collections.abc import Iterable, Iterator

from db.accounts_and_sessions import Holder


def skeleton(text: str) -> str:
    """What remains of a name or an address where all that some comparison takes for the same is written in one way: « ſ » is s,
    « ß » ss, « ﬀ » ff, the Kelvin sign k, and what nobody sees is nothing."""
    for form in ("NFD", "NFKC", "NFKC"):  # what one step gives, the next may fold further
        text = unicodedata.normalize(form, text).upper().casefold()
    seen = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", seen)


# Letters of the languages of Benin and of French that are none of A to Z with a mark.
OWN_LETTERS = frozenset("ɖɛɔŋɣƉƐƆŊƔœæŒÆ")


def foreign_letter(text: str) -> str:
    """The first letter of a name or an address that is of another alphabet, where it could be taken for one of ours; "" for
    none: « с » of Cyrillic reads like « c », and no way of writing makes one of the other."""
    for sign in unicodedata.normalize("NFD", text):
        is_letter = unicodedata.category(sign).startswith("L")
        if is_letter and not sign.isascii() and sign not in OWN_LETTERS:
            return sign
    return ""


def with_name(accounts: Iterable[Holder], name: str) -> Holder | None:
    """The account whose name could be taken for this one."""
    wanted = skeleton(name)
    return next((one for one in accounts if skeleton(one.name) == wanted), None)


def with_address(accounts: Iterable[Holder], address: str) -> Holder | None:
    """The account whose address could be taken for this one."""
    wanted = skeleton(address)
    return next((one for one in accounts if one.email and skeleton(one.email) == wanted), None)


def pairs(accounts: Iterable[Holder]) -> Iterator[tuple[Holder, Holder]]:
    """Accounts whose names or addresses could be taken for one another: made before that was refused."""
    first: dict[tuple[str, str], Holder] = {}
    for one in accounts:
        written = [("name", one.name), *([("address", one.email)] if one.email else [])]
        others = [first.setdefault((what, skeleton(text)), one) for what, text in written]
        for other in {o.id: o for o in others if o is not one}.values():
            yield other, one

"""Text from data acts as nothing where Streamlit reads Markdown."""

import re

import pytest

from dashboard.ui.markdown_escaping import ACTIVE, JOINER, escape_markdown, plain_label

# What Markdown makes a link of without being told to (GFM, « autolinks »).
BARE = re.compile(r"\w+://|www\.|[\w.+-]+@[\w-]")


@pytest.mark.parametrize(
    "text",
    [
        "« x » n'est pas une adresse électronique : l'écrire comme prenom.nom@exemple.bj.",
        "voir https://exemple.bj/a?b=c et www.exemple.bj",
        "a@b.bj",
    ],
)
def test_no_address_of_a_page_or_of_somebody_becomes_a_link(text):
    plain = re.sub(rf"\\([{re.escape(''.join(ACTIVE))}])", r"\1", escape_markdown(text))
    assert BARE.search(text) and not BARE.search(plain)
    assert plain.replace(JOINER, "") == text


def test_a_label_is_read_aloud_as_it_is_written_and_holds_no_markup():
    assert plain_label("Abomey (GSRU), Zou, 1 jour, relancé le 29/11/2026") == (
        "Abomey (GSRU), Zou, 1 jour, relancé le 29/11/2026"
    )
    assert not set(plain_label("- **[x](y)** <b>`$a$`</b> :red[z] ~a~ #")) & set("*[]<>`$:~#|_")

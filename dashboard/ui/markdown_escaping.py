"""Escaping of text from data where Streamlit reads Markdown: headings, captions, notices."""

import re

ACTIVE = frozenset("\\`*_{}[]<>()#+-!|$~:&")
JOINER = "\u2060"  # zero width; breaks a bare URL or e-mail address, which Markdown would turn into a link


def escape_markdown(text: str) -> str:
    """The text escaped so that Markdown shows it as it is: no image, link or HTML."""
    broken = text.replace("://", f":{JOINER}//").replace("www.", f"www{JOINER}.")
    broken = broken.replace("@", f"@{JOINER}")
    return "".join(
        "\\" + c if c in ACTIVE else c
        for c in " ".join(re.split(r"[ \t\r\n\f\v]+", broken.strip()))
    )


def plain_label(text: str) -> str:
    """The text for a label that is also read aloud as it is written: « · » for all that could be Markdown, and no escapes."""
    kept = "".join(c if c.isalnum() or c in " .,'’()/-\u00a0\u202f" else "·" for c in text)
    return kept.strip("- ")

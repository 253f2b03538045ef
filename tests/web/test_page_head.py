"""The head of every page: the looks and the script, each by a name that changes with it, in colours of the palette."""

import re

from dashboard.palette import NOTICE
from dashboard.settings import ROOT
from dashboard.web import page_head

CSS = (ROOT / "static" / "ccsp.css").read_text(encoding="utf-8")


def test_every_variable_that_the_style_sheet_names_is_one():
    given = set(
        re.findall(r"--([\w-]+):", page_head.head_markup().decode() + CSS.replace(": ", ":"))
    )
    assert set(re.findall(r"var\(--([\w-]+)", CSS)) <= given


def test_the_page_is_told_the_colours_of_both_papers():
    head = page_head.head_markup().decode()
    assert f"--notice:{NOTICE};" in head
    assert f"--notice:light-dark({NOTICE},{NOTICE.dark});" in head


def test_a_changed_file_has_another_name(tmp_path, monkeypatch):
    before = re.findall(r'"/app/static/([\w.-]+\?\w+)"', page_head.head_markup().decode())
    assert len(before) == 3
    monkeypatch.setattr(page_head, "STATIC", tmp_path)
    for name in ("ccsp.css", "ccsp-shell.js", "ccsp-pages.js"):
        (tmp_path / name).write_text("changed")
    after = re.findall(
        r'"/app/static/([\w.-]+\?\w+)"', page_head.head_markup.__wrapped__().decode()
    )
    assert [a.split("?")[0] for a in after] == [b.split("?")[0] for b in before]
    assert not set(after) & set(before)

"""What the browser needs is put in place once, whole, and nothing is written when it is already there."""

import json
import os
import re

import pytest

from dashboard import public_files
from dashboard.ui import folium_map, map_assets

LIMITS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "</script><b>Essai</b>", "department": "Ouémé"},
            "geometry": {"type": "Polygon", "coordinates": [[[2, 6], [3, 6], [3, 7], [2, 6]]]},
        }
    ],
}


def content(path, variable):
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"window.{variable} = ") and text.endswith(";\n")
    return text, json.loads(text.removeprefix(f"window.{variable} = ").removesuffix(";\n"))


def test_leaflet_and_the_twelve_departments_are_put_in_place(tmp_path):
    names = map_assets.prepare(tmp_path)
    assert {"leaflet/1.9.4/leaflet.js", "leaflet/1.9.4/leaflet.css", "departments.js"} <= set(names)
    assert sorted(names) == sorted(
        str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()
    )
    script = (tmp_path / "leaflet/1.9.4/leaflet.js").read_text(encoding="utf-8")
    assert "Leaflet 1.9.4" in script and not re.search(r"^export ", script, re.MULTILINE)
    _, outlines = content(tmp_path / "departments.js", "DEPARTMENTS")
    assert len({feature["properties"]["department"] for feature in outlines["features"]}) == 12


def test_the_map_s_script_is_all_its_parts_with_their_looks_and_without_what_only_people_read(
    tmp_path,
):
    map_assets.prepare(tmp_path)
    script = (tmp_path / "ccsp-map.js").read_text(encoding="utf-8")
    parts = sorted(map_assets.MAP.glob("*.js"))
    assert {part.stem for part in parts} == set(map_assets.PARTS)
    assert len(re.findall(r'"use strict"', script)) == len(parts)
    lines = script.splitlines()
    for part in parts:
        code = [line.strip() for line in part.read_text(encoding="utf-8").splitlines()]
        assert {c for c in code if c and not c.startswith(("//", "/*", "*"))} <= set(lines), part
    assert not [line for line in lines if line.startswith(("//", "/*", " "))]
    looks = json.loads(script[len("window.ccsp = { style: ") : script.index(" };\n")])
    assert "path.site:focus-visible{" in looks.replace(" {", "{") and "/*" not in looks


def test_every_image_named_by_the_style_sheet_is_there(tmp_path):
    map_assets.prepare(tmp_path)
    folder = tmp_path / "leaflet/1.9.4"
    images = set(
        re.findall(r"url\((images/[^)]+)\)", (folder / "leaflet.css").read_text(encoding="utf-8"))
    )
    assert images and all((folder / image).is_file() for image in images)


def test_limits_of_communes_are_named_by_content_and_cannot_close_a_script(tmp_path):
    name = map_assets.communes_file(LIMITS)
    assert name in map_assets.prepare(tmp_path, LIMITS)
    assert re.fullmatch(r"communes-[0-9a-f]{12}\.js", name)
    text, limits = content(tmp_path / name, "COMMUNES")
    assert "<" not in text
    assert limits == LIMITS
    assert map_assets.communes_file({**LIMITS, "features": []}) != name


def test_the_address_of_each_file_that_a_map_names_changes_with_what_the_file_holds(tmp_path):
    map_assets.prepare(tmp_path)
    for name in (*folium_map.OfflineMap.scripts, *folium_map.OfflineMap.styles):
        found, _, digest = map_assets.address(name).partition("?")
        assert found == name and digest == public_files.digest((tmp_path / name).read_bytes())


def test_a_second_start_writes_nothing_and_works_where_writing_is_forbidden(tmp_path, monkeypatch):
    names = map_assets.prepare(tmp_path, LIMITS)
    before = {name: (tmp_path / name).stat().st_mtime_ns for name in names}

    def refused(*args, **kwargs):
        raise PermissionError("read-only")

    monkeypatch.setattr(public_files.tempfile, "mkstemp", refused)
    assert map_assets.prepare(tmp_path, LIMITS) == names
    assert {name: (tmp_path / name).stat().st_mtime_ns for name in names} == before


def test_a_spoiled_file_is_repaired(tmp_path):
    map_assets.prepare(tmp_path)
    target = tmp_path / "departments.js"
    right = target.read_bytes()
    target.write_bytes(right[:100])
    map_assets.prepare(tmp_path)
    assert target.read_bytes() == right
    assert target.stat().st_mode & 0o444 == 0o444


def test_a_failed_replacement_leaves_the_old_file_and_no_remains(tmp_path, monkeypatch):
    map_assets.prepare(tmp_path)
    target = tmp_path / "departments.js"
    target.write_bytes(b"old")
    files = sorted(tmp_path.rglob("*"))

    def refused(*args):
        raise OSError("full")

    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(OSError, match="full"):
        map_assets.prepare(tmp_path)
    assert target.read_bytes() == b"old"
    assert sorted(tmp_path.rglob("*")) == files

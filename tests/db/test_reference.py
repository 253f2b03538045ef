"""Words of the lists and outlines: added by a command, each with its line in the journal."""

import csv
import json

import pytest

from dashboard.settings import ROOT
from db import read, reference, write
from tests.builders import complaint, visit


@pytest.mark.parametrize(
    "kind, label, form, cells",
    [
        ("service", "Carte professionnelle", "registre", {"service": "carte professionnelle"}),
        ("category", "Hygiène", "plaintes", {"category": "hygiene"}),
        ("channel", "radio", "plaintes", {"channel": "Radio"}),
    ],
)
def test_a_word_is_refused_until_it_is_added(office, kind, label, form, cells):
    line = visit(ref="1", **cells) if form == "registre" else complaint("P1", **cells)
    path = office.path(form, line)
    refused = office.take(path)
    assert f"python -m db add {kind}" in refused.problems[0].message
    assert label in reference.add(office.engine, kind, label, by="test")
    assert office.take(path).accepted
    assert office.rows("SELECT did FROM journal ORDER BY id") == [
        ("seeded",),
        ("added",),
        ("imported",),
    ]


def test_a_word_that_differs_by_an_accent_is_already_there(office):
    assert "déjà" in reference.add(office.engine, "category", "  DELAI ", by="test")
    assert office.rows("SELECT count(*) FROM term WHERE kind = 'category'") == [(8,)]
    assert office.rows("SELECT did FROM journal") == [("seeded",)]


@pytest.mark.parametrize("label", ["", "  ", "?!", "x" * 161])
def test_a_word_that_says_nothing_is_refused(office, label):
    with pytest.raises(write.Refused):
        reference.add(office.engine, "service", label, by="test")


def test_two_long_labels_with_the_same_beginning_are_two_services(office):
    start = "Attestation de présence au poste délivrée aux agents contractuels de l'État "
    reference.add(office.engine, "service", start + "en activité", by="test")
    reference.add(office.engine, "service", start + "en congé", by="test")
    codes = office.rows(
        "SELECT code FROM service WHERE label LIKE 'Attestation de présence au poste%'"
    )
    assert len(set(codes)) == 2


def outline(name: str, point=(2.0, 9.0)) -> dict:
    lon, lat = point
    return {
        "type": "Feature",
        "properties": {"name": name},
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[lon, lat], [lon + 1, lat], [lon, lat + 1], [lon, lat]]],
        },
    }


def collection(*features) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


def communes() -> list[str]:
    with (ROOT / "data" / "reference" / "communes.csv").open(encoding="utf-8") as file:
        return [row["commune"] for row in csv.DictReader(file)]


def test_the_outlines_of_the_communes_are_loaded(office, tmp_path):
    """A triangle a place will do: names are what is matched."""
    path = tmp_path / "limites.geojson"
    path.write_text(collection(*map(outline, communes())), encoding="utf-8")
    assert reference.load_boundaries(office.engine, path, "essai", by="test") == 77
    with office.engine.connect() as connection:
        text, source = read.boundary(connection, "commune")
    features = json.loads(text)["features"]
    assert source == "essai"
    assert len({f["properties"]["commune"] for f in features}) == 77
    assert all(set(f["properties"]) == {"commune"} for f in features)


def test_outlines_replace_those_before(office, tmp_path):
    path = tmp_path / "limites.geojson"
    for source in ("ancienne", "nouvelle"):
        path.write_text(
            collection(*(outline(name.upper()) for name in communes())), encoding="utf-8"
        )
        assert reference.load_boundaries(office.engine, path, source, by="test") == 77
    assert office.rows("SELECT source FROM boundary") == [("nouvelle",)]


def shaped(coordinates: object) -> str:
    """A collection of one polygon of these coordinates."""
    geometry = {"type": "Polygon", "coordinates": coordinates}
    return collection({"type": "Feature", "properties": {"name": "Kandi"}, "geometry": geometry})


def test_of_an_outline_its_points_are_kept_and_nothing_else(office, tmp_path):
    path = tmp_path / "limites.geojson"
    features = [outline(name) for name in communes()]
    for feature in features:
        feature["geometry"]["owner"] = "personne"
        feature["geometry"]["coordinates"][0][0].append(120.5)  # a height
    path.write_text(collection(*features), encoding="utf-8")
    reference.load_boundaries(office.engine, path, "essai", by="test")
    (kept,) = office.rows("SELECT geojson FROM boundary")
    assert "personne" not in kept[0] and "120.5" not in kept[0]


def test_a_file_of_outlines_that_no_page_could_take_is_refused(office, tmp_path, monkeypatch):
    monkeypatch.setattr(reference, "MOST_BYTES", 1_000)
    path = tmp_path / "limites.geojson"
    path.write_text(collection(*map(outline, communes())), encoding="utf-8")
    with pytest.raises(write.Refused, match="Simplifier"):
        reference.load_boundaries(office.engine, path, "test", by="test")


@pytest.mark.pitfall(31)
@pytest.mark.parametrize(
    "content, reason",
    [
        ("pas du JSON", "pas un GeoJSON"),
        ("[]", "pas un GeoJSON"),
        ("{}", "pas un GeoJSON"),
        (collection({"type": "Feature", "properties": {}, "geometry": None}), "pas un GeoJSON"),
        (
            collection(
                {
                    "type": "Feature",
                    "properties": None,
                    "geometry": {"type": "Polygon", "coordinates": []},
                }
            ),
            "absentes",
        ),
        (
            collection(
                {
                    "type": "Feature",
                    "properties": {},
                    "geometry": {"type": "Point", "coordinates": [2, 9]},
                }
            ),
            "polygones",
        ),
        (collection(*map(outline, communes()[:-1])), f"absentes du fichier : {communes()[-1]}"),
        (collection(*(outline(name, (9.0, 2.0)) for name in communes())), "longitude d'abord"),
        (collection(*(outline(name, (2.0, 90.0)) for name in communes())), "longitude d'abord"),
        (collection(*(outline(name, (float("nan"), 9.0)) for name in communes())), "longitude"),
        (collection(*(outline(name, (10**400, 9)) for name in communes()[:1])), "pas un GeoJSON"),
        ("[" * 100_000, "pas un GeoJSON"),
        ('{"features": ' + "[" * 500 + "1" + "]" * 500 + "}", "pas un GeoJSON"),
        (shaped("ab"), "pas un GeoJSON"),
        (shaped([["ab", "cd"]]), "pas un GeoJSON"),
        (shaped([[[2.0]]]), "pas un GeoJSON"),
        (shaped([[[[2.0, 9.0]]]]), "pas un GeoJSON"),
        (collection({"properties": ["name"], "geometry": None}), "pas un GeoJSON"),
        (collection({"type": "Feature", "geometry": None}), "pas un GeoJSON"),
        (collection("Kandi"), "pas un GeoJSON"),
        ('{"features": {"a": 1}}', "pas un GeoJSON"),
    ],
    ids=range(21),
)
def test_what_is_not_the_outlines_of_benin_is_refused_and_changes_nothing(
    office, tmp_path, content, reason
):
    path = tmp_path / "limites.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(write.Refused, match=reason):
        reference.load_boundaries(office.engine, path, "test", by="test")
    assert office.rows("SELECT count(*) FROM boundary") == [(0,)]


def inside(lon: float, lat: float, ring: list) -> bool:
    """Whether a point lies within a closed ring of (longitude, latitude): a line from it crosses the ring an odd number
    of times."""
    crossed = [
        (x1, y1, x2, y2)
        for (x1, y1), (x2, y2) in zip(ring, ring[1:], strict=False)
        if (y1 > lat) != (y2 > lat)
    ]
    return sum(lon < x1 + (lat - y1) * (x2 - x1) / (y2 - y1) for x1, y1, x2, y2 in crossed) % 2 == 1


@pytest.mark.pitfall(31)
def test_every_site_lies_in_its_department_and_in_no_other():
    reference = ROOT / "data" / "reference"
    features = json.loads((reference / "departements.geojson").read_text(encoding="utf-8"))[
        "features"
    ]
    with (reference / "sites.csv").open(encoding="utf-8") as file:
        sites = [
            (row["code"], row["department"], float(row["lon"]), float(row["lat"]))
            for row in csv.DictReader(file)
        ]
    around = lambda x, y: [  # noqa: E731
        f["properties"]["department"]
        for f in features
        if inside(x, y, f["geometry"]["coordinates"][0])
    ]
    assert len(sites) == 24
    assert {code: around(lon, lat) for code, _, lon, lat in sites} == {
        code: [name] for code, name, _, _ in sites
    }
    assert not any(around(lat, lon) for _, _, lon, lat in sites), "the two exchanged are seen"

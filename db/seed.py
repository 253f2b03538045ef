"""Reference data from data/reference into the tables. Adds what is missing; never undoes what somebody changed."""
import csv
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, insert, select

from dashboard.settings import ROOT
from db.engine import writing
from db.models import Commune, Service, Site, SiteLocation, Term

REFERENCE = ROOT / "data" / "reference"
FIRST_DAY = date(2000, 1, 1)  # a first location holds for all time before, too
TERMS = {
    "category": ("Accueil", "Délai", "Dossier perdu", "Information erronée", "Service indisponible", "Comportement",
                 "Frais indus", "Autre"),
    "channel": ("guichet", "téléphone", "en ligne", "WhatsApp", "courrier"),
    "reason": ("électricité", "réseau", "grève", "travaux", "jour férié local", "fermé", "autre"),
}


def read_csv(name: str, folder: Path = REFERENCE) -> list[dict[str, str]]:
    """The lines of a reference file as dicts."""
    with (folder / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def seed(engine: Engine, folder: Path = REFERENCE) -> None:
    """Load communes, sites, services and terms that the database does not have yet."""
    with writing(engine) as c:
        communes = dict(c.execute(select(Commune.name, Commune.id)).all())
        for row in read_csv("communes.csv", folder):
            if row["commune"] not in communes:
                communes[row["commune"]] = c.execute(insert(Commune).values(
                    name=row["commune"], department=row["department"], population_2013=int(row["population_2013"]),
                    lat=float(row["lat"]), lon=float(row["lon"]), point_kind=row["point_kind"])).inserted_primary_key[0]
        sites = set(c.execute(select(Site.code)).scalars())
        for row in read_csv("sites.csv", folder):
            if row["code"] in sites:
                continue
            launched = date.fromisoformat(row["launched_on"]) if row["launched_on"] else None
            site = c.execute(insert(Site).values(
                code=row["code"], kind=row["kind"], name=row["name"], host=row["host"], aliases=row["aliases"],
                launched_on=launched)).inserted_primary_key[0]
            c.execute(insert(SiteLocation).values(site_id=site, valid_from=FIRST_DAY, commune_id=communes[row["commune"]],
                                                  lat=float(row["lat"]), lon=float(row["lon"])))
        services = set(c.execute(select(Service.code)).scalars())
        for row in read_csv("services.csv", folder):
            if row["code"] not in services:
                c.execute(insert(Service).values(
                    code=row["code"], label=row["label"], theme=row["theme"], link=row["link"], source=row["source"],
                    deadline_days=int(row["deadline_days"]) if row["deadline_days"] else None))
        terms = {tuple(row) for row in c.execute(select(Term.kind, Term.label))}
        new = [(kind, label) for kind, labels in TERMS.items() for label in labels if (kind, label) not in terms]
        for kind, label in new:
            c.execute(insert(Term).values(kind=kind, label=label))

"""« Confidentialité »: what is kept of people, why, how long, who sees it, whom to ask; from the tables' own descriptions.

Before: `db.descriptions`, `dashboard.accounts.rights`, the settings. After: the guide.
"""

from dashboard import french
from dashboard.accounts.rights import RIGHTS, ROLES, Reach
from dashboard.settings import load
from db.descriptions import TABLES, Description

TITLE = "Confidentialité"
S = french.SPACE
FAR = {
    Reach.COUNTRY: "",
    Reach.NATION: "",
    Reach.DEPARTMENTS: " (de ses départements)",
    Reach.SITES: " (de ses centres)",
    Reach.MADE: " (ce qui est à lui)",
    Reach.LINK: " (de son lien)",
}


def section() -> str:
    """The section, in Markdown, without its title."""
    of_people = [one for one in TABLES.values() if one.of]
    others = french.join_words([one.title.lower() for one in TABLES.values() if not one.of])
    return "\n\n".join(
        (
            _answers(),
            _table(of_people),
            "Colonne par colonne :",
            "\n".join(
                f"- **{one.title}**{S}: {f'{S}; '.join(one.columns.values())}." for one in of_people
            ),
            f"Le reste de la base ne parle de personne{S}: {others}.",
        )
    )


def _answers() -> str:
    known = load()
    rows = (
        "les plaintes y sont une à une pour qui en voit la liste"
        if known.complaint_rows_in_files
        else "aucune plainte n'y est seule"
    )
    return "\n".join(
        f"- **{asked}** {said}"
        for asked, said in (
            (
                "Ce qui est gardé des usagers.",
                "Une visite n'a ni nom, ni téléphone, ni matricule : ces colonnes d'un registre ne sont pas lues. Une plainte est"
                " connue par sa référence ; ce qu'elle dit est gardé à part, et peut être effacé sans elle.",
            ),
            (
                "Ce qui est gardé de ceux qui se connectent.",
                "Un nom de connexion, un rôle, l'empreinte du mot de passe, et ce qu'ils ont ouvert, changé ou emporté.",
            ),
            (
                "Pourquoi.",
                "Pour que le service public soit compté et amélioré, et pour savoir qui a accès à quoi. Rien ne sert à noter une"
                " personne.",
            ),
            (
                "Où, et qui le reçoit.",
                "Sur la machine du ministère. L'application n'envoie rien ailleurs, et les pages ne chargent rien d'ailleurs. Les"
                f" fichiers que l'on emporte contiennent des comptes ; {rows}.",
            ),
            ("Qui en répond.", f"{known.issuer_name}."),
            (
                "Vos droits.",
                "Savoir ce qui est gardé de vous, le faire corriger ou effacer, vous y opposer (Code du numérique, loi"
                f" n° 2017-20 modifiée, articles 415 et 416). Écrire à : {known.privacy_contact}, avec la référence de la"
                " plainte ou le nom de connexion. Sans réponse qui convienne : l'Autorité de protection des"
                " données personnelles (APDP).",
            ),
            (
                "Combien de temps.",
                "Ce qui a un terme est dit ci-dessous ; `python -m db retain` montre ce qui l'a dépassé, et l'efface avec"
                " `--yes`. D'une visite il reste alors l'heure et l'attente, d'une plainte ses jours et sa catégorie, sans rien"
                " qui mène au registre : un chiffre passé ne change pas. Ce qui est effacé ne revient ni par un fichier, ni par"
                " une copie remise en place.",
            ),
            (
                "Effacer les mots d'une plainte",
                "avant son terme : le gestionnaire des données, sur la page Plaintes ou par `python -m db erase-text CENTRE"
                " REFERENCE --why RAISON`. La plainte reste comptée ; le journal garde qui, quand et pourquoi.",
            ),
        )
    )


def _table(tables: list[Description]) -> str:
    rows = [
        ("quoi", "de qui", "pourquoi", "qui le voit", "gardé"),
        ("---",) * 5,
        *((one.title, one.of, one.why, _seen(one), _kept(one)) for one in tables),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _seen(one: Description) -> str:
    """The roles whose screens show its rows, and how far."""
    if not one.seen:
        return "aucun écran"
    reach = RIGHTS[one.seen].reach
    return ", ".join(f"{ROLES[role]}{FAR[far]}" for role, far in reach.items() if role in ROLES)


def _kept(one: Description) -> str:
    if not one.kept:
        return "tant que la base"
    then = f", puis {one.then}" if one.then else ""
    return f"{getattr(load(), one.kept)}{S}mois{then}"

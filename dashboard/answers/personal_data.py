"""« Confidentialité »: which personal data are kept, why, for how long, who sees them and whom to ask; from the descriptions of
the tables.

Before: `db.table_descriptions`, `dashboard.accounts.rights`, the settings. After: the guide.
"""

from datetime import date
from pathlib import Path

from dashboard import french
from dashboard.accounts.rights import RIGHTS, ROLES, Reach
from dashboard.panel import Deck, Panel, Slide, make_table, text_cell
from dashboard.settings import load_settings
from db.table_descriptions import TABLES, Description

TITLE = "Confidentialité"
RECORD = "Fiche de traitement"
DOTS = "." * 60
BY_HAND = (
    "Déclaration ou inscription au registre (article 405), numéro et date",
    "Délégué à la protection des données, nom et téléphone",
    "Machine qui tient la base, lieu",
    "Copies de la base : où, combien de temps, qui les efface",
    "Date de cette fiche, nom et signature",
)
S = french.SPACE
FAR = {
    Reach.COUNTRY: "",
    Reach.NATION: "",
    Reach.DEPARTMENTS: " (de ses départements)",
    Reach.SITES: " (de ses centres)",
    Reach.OWN_WORK: " (ce qui est à lui)",
    Reach.LINK: " (de son lien)",
}


def section() -> str:
    """The section of the guide, in Markdown, without its title."""
    return "\n\n".join(
        (
            "\n".join(f"- **{asked}** {said}" for asked, said in answers()),
            _table(_tables_about_people()),
            "Colonne par colonne :",
            "\n".join(f"- **{title}**{S}: {columns}." for title, columns in _columns()),
            _other_tables(),
        )
    )


def record(as_of: date | None, *, demo: bool) -> Deck:
    """The record of processing activities as a deck, to be printed and signed: the answers and tables of the section, and
    fields that the ministry fills in by hand. as_of, demo: of the data, as on every file."""
    known = load_settings()
    asked = make_table(
        (("Question", ""), ("Réponse", "")),
        [(text_cell(one), text_cell(said.replace("`", ""))) for one, said in answers()],
    )
    heads, _, *rows = _rows(_tables_about_people())
    kept = make_table(
        [(french.upper_first(head), "") for head in heads], [map(text_cell, row) for row in rows]
    )
    columns = make_table(
        (("Table", ""), ("Colonnes", "")),
        [(text_cell(t), text_cell(words)) for t, words in _columns()],
    )
    blank = make_table(
        (("À remplir par le ministère", ""), ("", "")),
        [(text_cell(w), text_cell(DOTS)) for w in BY_HAND],
    )
    return Deck(
        RECORD,
        known.product_name,
        "tel que l'application est réglée",
        "",
        "",
        as_of,
        demo,
        (
            Slide("reponses", "Ce que demande la loi", Panel("reponses", "Réponses", table=asked)),
            Slide("tables", "Ce qui est gardé, de qui, pourquoi, combien de temps",
                  Panel("tables", "Tables qui parlent de personnes", table=kept, caption=_other_tables())),
            Slide("colonnes", "Colonne par colonne", Panel("colonnes", "Colonnes", table=columns)),
            Slide("main", "Déclaration et signature", Panel("main", "Déclaration", table=blank)),
        ),
        known.issuer_name,
        Path(known.logo).read_bytes() if known.logo else b"",
    )  # fmt: skip


def answers() -> tuple[tuple[str, str], ...]:
    """(question, answer) of what articles 415 and 416 require and of what readers ask next, in the order of a record."""
    known = load_settings()
    rows = (
        "les plaintes y sont une à une pour qui en voit la liste"
        if known.complaint_rows_in_files
        else "aucune plainte n'y est seule"
    )
    return (
        ("Qui en répond, et où lui écrire.", f"{known.issuer_name}. Écrire à : {known.privacy_contact}."),
        (
            "Pourquoi.",
            "Pour que le service public soit compté et amélioré, et pour savoir qui a accès à quoi. Rien ne sert à noter une"
            " personne, ni à une fin commerciale ou politique.",
        ),
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
            "D'où cela vient.",
            "Des registres que les centres remettent, et de l'administrateur pour les comptes. Rien n'est acheté, ni pris"
            " ailleurs. L'usager n'a rien à répondre à l'application : ce qui manque au registre y reste vide.",
        ),
        (
            "Où, et qui le reçoit.",
            "Sur la machine du ministère. L'application n'envoie rien ailleurs, au Bénin ni hors du Bénin, et les pages ne"
            f" chargent rien d'ailleurs. Les fichiers que l'on emporte contiennent des comptes ; {rows}. Ils disent qui les a"
            " faits, quand et pour qui, si on l'a écrit ; les copies de la base, elles, la contiennent toute.",
        ),
        (
            "Combien de temps.",
            "Ce qui a un terme est dit ci-dessous ; la personne qui administre le serveur voit ce qui l'a dépassé, et"
            " l'efface. D'une visite il reste alors l'heure et l'attente, d'une plainte ses jours et sa catégorie, sans rien"
            " qui mène au registre : un chiffre passé ne change pas. Ce qui est effacé ne revient ni par un fichier, ni par"
            " une copie remise en place. Les copies que l'application fait ont elles aussi un terme,"
            f" {known.copies_kept_months} mois, appliqué de même.",
        ),
        (
            "Vos droits.",
            "Savoir ce qui est gardé de vous, le faire corriger ou effacer, refuser d'y figurer, vous opposer à ce qu'on en"
            " fait (Code du numérique, loi n° 2017-20 modifiée, articles 415 et 416). Donner la référence de la plainte ou"
            " le nom de connexion. Sans réponse qui convienne : l'Autorité de protection des données personnelles (APDP).",
        ),
        (
            "Corriger, refuser.",
            "Une ligne se corrige par un fichier qui la dit autrement, et se retire de même. Une visite ne dit pas de qui elle"
            " est : il n'y a personne à en ôter.",
        ),
        (
            "Effacer les mots d'une plainte",
            "avant son terme : le gestionnaire des données, sur la page Plaintes, ou la personne qui administre le"
            " serveur, en disant pourquoi. La plainte reste comptée ; le journal garde qui, quand et pourquoi."
            " Ce qu'un canevas écrit s'efface de même, sur la page Complétude, par les mêmes"
            " personnes ; ses nombres restent.",
        ),
        (
            "Ce qui est décidé sans personne.",
            "Rien qui touche quelqu'un. Les signaux parlent de centres et de mois, et c'est à une personne d'en décider.",
        ),
        (
            "Ce qui protège.",
            "Un compte et un rôle pour chacun, https hors de la machine, un journal des accès que rien ne change, des textes"
            " hors des fichiers et des caches, des nombres de plaintes sous cinq cachés aux invités. Ce qui a été essayé est"
            " dans docs/security.md.",
        ),
    )  # fmt: skip


def _tables_about_people() -> list[Description]:
    """The descriptions of the tables that hold data about people."""
    return [one for one in TABLES.values() if one.about_whom]


def _other_tables() -> str:
    """The names of the other tables, in words."""
    others = french.join_words([one.title.lower() for one in TABLES.values() if not one.about_whom])
    return f"Le reste de la base ne parle de personne{S}: {others}."


def _columns() -> list[tuple[str, str]]:
    """(table, words) of each column about people."""
    return [(one.title, f"{S}; ".join(one.columns.values())) for one in _tables_about_people()]


def _table(tables: list[Description]) -> str:
    """The tables about people as a Markdown table."""
    return "\n".join(f"| {' | '.join(row)} |" for row in _rows(tables))


def _rows(tables: list[Description]) -> list[tuple[str, ...]]:
    """The rows of the Markdown table, with its headings and rule first."""
    return [
        ("quoi", "de qui", "pourquoi", "qui le voit", "gardé"),
        ("---",) * 5,
        *((one.title, one.about_whom, one.purpose, _readers(one), _term(one)) for one in tables),
    ]


def _readers(one: Description) -> str:
    """The roles whose screens show rows of a table, and which rows."""
    if not one.shown_by_right:
        return "aucun écran"
    reach = RIGHTS[one.shown_by_right].reach
    return ", ".join(f"{ROLES[role]}{FAR[far]}" for role, far in reach.items() if role in ROLES)


def _term(one: Description) -> str:
    """How long rows of a table are kept, in words."""
    if not one.kept_setting:
        return "tant que la base"
    then = f", puis {one.left_after}" if one.left_after else ""
    return f"{getattr(load_settings(), one.kept_setting)}{S}mois{then}"

"""The encoding of a CSV file: UTF-8 where its bytes are that, else the old encoding that makes known words of them.

Most bytes are letters in every old encoding, only not the same ones: a wrong choice raises no error and stores other
words. So the file is refused where texts differ and no word decides.
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from dashboard.forms.formats import FORMATS
from dashboard.forms.problem import Unreadable
from dashboard.forms.reference_names import KnownReferences

BLOCK = 1 << 20
SAMPLED = 4 * BLOCK  # bytes in which words are looked for
OLD = {
    "cp1252": "Windows-1252",
    "mac_roman": "Mac OS Roman",
    "cp850": "DOS (page 850)",
    "cp437": "DOS (page 437)",
    "iso8859_15": "ISO-8859-15",
}
ASCII = bytes(range(128))
WORDS_ALONE = bytes(
    b if b > 127 or bytes([b]).isalpha() else 32 for b in range(256)
)  # the rest of ASCII becomes spaces
WORD = re.compile(r"[^\W\d_]+")
SIGNS = re.compile(r"\b(?:[cdjlmnst]|qu)’\w|n°|^[«»]$", re.IGNORECASE)
# Words that registers are full of, beside those of the forms and lists.
COMMON = set(
    WORD.findall("""à été était êtes où déjà très après dès près même mêmes être répondu répondue réponse réclamation reçu
reçue reçus reçues problème problèmes délai délais santé numéro téléphone pièce pièces retraité retraitée retraités
département élève école père mère frère année années journée matinée égaré égarée agréé décision déclaration demandé
demandée donné donnée dépôt déposé déposée dû échéance élevé employé employée enquête étranger étude général générale
hôpital intérêt matériel mécontent mécontente médecin numérique opération pénalité période précédent préparé présenté
présence prêt procédure qualité rappelé référence refusé refusée régularisation rejeté rejetée requête requêtes réseau
résolu résolue résultat réunion sécurité signé succès système traité traitée trouvé trouvée unité validé vérifié cœur
œuvre sœur vœu nœud coupé coupée coupure électricité électrique grève fermé fermée férié fériée janvier février août
décembre traîne arrêt arrêté clôture accès accueil bénéficiaire congé mutation éloigné âgé âgée bientôt tôt plutôt dossier
incomplète complète reçu égal dernière première manière""")
)
SAVE_AS = (
    "Dans Excel : Fichier, Enregistrer sous, type « CSV UTF-8 (délimité par des virgules) ». Dans LibreOffice :"
    " Enregistrer sous, cocher « Éditer les paramètres du filtre », puis choisir « Unicode (UTF-8) »."
)


def encoding_of(path: Path, references: KnownReferences) -> str:
    """The name of the file's encoding, as Python spells it. Raises Unreadable where it cannot be decided."""
    with path.open("rb") as stream:
        start = stream.read(4096)
    marked = (
        "utf-16" if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else _utf_16(start)
    )
    decoder = codecs.getincrementaldecoder(marked or "utf-8")()
    try:
        for block in _blocks(path):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        if marked:
            raise Unreadable(
                "Ce texte en UTF-16 est coupé ou abîmé. L'enregistrer à nouveau depuis le tableur."
            ) from None
        return _old_encoding(path, references)
    return marked or "utf-8-sig"


def _blocks(path: Path) -> Iterator[bytes]:
    """The file, a block at a time. Raises Unreadable for a line longer than a block, since lines are read whole
    later."""
    lines = 0
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            if len(block) == BLOCK and b"\n" not in block and b"\r" not in block:
                raise Unreadable(
                    "cette ligne n'a pas de fin ; une ligne par usager, séparées par un retour à la ligne.",
                    lines + 1,
                )
            lines += block.count(b"\n")
            yield block


def _utf_16(start: bytes) -> str | None:
    """UTF-16 of either byte order where the text has no mark of it: every second byte of Latin text is null, and no
    other text has any; None where it is not."""
    half = len(start) // 2
    for name, nulls, others in (
        ("utf-16-le", start[1::2], start[::2]),
        ("utf-16-be", start[::2], start[1::2]),
    ):
        if half and nulls.count(0) > 0.7 * half and not others.count(0):
            return name
    return None


def vocabulary(references: KnownReferences) -> set[str]:
    """The words with an accent that files are expected to contain, in lower case."""
    texts = [
        *(
            t
            for s in references.by_id.values()
            for t in (s.name, *s.aliases, *(c for _, c in s.communes))
        ),
        *(label for labels in references.labels.values() for label in labels),
        *(c.heading for f in FORMATS.values() for c in f.columns),
    ]
    return {w for w in WORD.findall(" ".join(texts).casefold()) if not w.isascii()} | COMMON


def _old_encoding(path: Path, references: KnownReferences) -> str:
    """The old encoding that makes more known words of the file than any other. Raises Unreadable where none does."""
    used, tokens = _accents(path)
    words = vocabulary(references)
    letters = {name: text for name in OLD if (text := _decoded(used, name)) is not None}
    scores = {
        name: sum(_known_words(token.decode(name, "replace"), words) for token in tokens)
        for name in [*letters, "utf-8"]
    }
    best = max(scores.values())
    first = [name for name in scores if scores[name] == best]
    if "utf-8" in first and best:
        raise _damaged(path)
    candidates = [name for name in letters if name in first]
    if len({letters[name] for name in candidates}) != 1:
        raise _undecided(path)
    return candidates[0]


def _accents(path: Path) -> tuple[bytes, set[bytes]]:
    """The non-ASCII bytes that the file uses, and the words with such bytes at its beginning."""
    used: set[int] = set()
    tokens: set[bytes] = set()
    sampled = 0
    for block in _blocks(path):
        used.update(block.translate(None, ASCII))
        if sampled < SAMPLED:
            tokens.update(t for t in set(block.translate(WORDS_ALONE).split()) if not t.isascii())
        sampled += len(block) if tokens else 0
    return bytes(sorted(used)), tokens


def _decoded(used: bytes, name: str) -> str | None:
    """The letters that these bytes are in an encoding; None where one is no letter or sign."""
    try:
        letters = used.decode(name)
    except UnicodeDecodeError:
        return None
    return None if any("\x80" <= c < "\xa0" for c in letters) else letters


def _known_words(token: str, words: set[str]) -> int:
    """How many known words the text has."""
    return sum(w in words for w in WORD.findall(token.casefold())) + len(SIGNS.findall(token))


def _damaged(path: Path) -> Unreadable:
    """The refusal of a file that is UTF-8 but for some bytes."""
    with path.open("rb") as stream:
        for line, content in enumerate(stream, 1):
            try:
                content.decode("utf-8")
            except UnicodeDecodeError as error:
                around = content[max(0, error.start - 20) : error.end + 20]
                return Unreadable(
                    "ce texte n'est pas de l'UTF-8, alors que le reste du fichier en est. Corriger cette case,"
                    f" puis enregistrer à nouveau. {SAVE_AS}",
                    line,
                    around.decode("utf-8", "replace").strip(),
                )
    return Unreadable(
        f"Le texte du fichier n'est pas en UTF-8. {SAVE_AS}"
    )  # it was mended while it was read


def _undecided(path: Path) -> Unreadable:
    """The refusal that names the first word whose letters depend on the encoding."""
    with path.open("rb") as stream:
        for line, content in enumerate(stream, 1):
            words = content.translate(WORDS_ALONE).split()
            if word := next((w for w in words if not w.isascii()), None):
                readings = list(dict.fromkeys(word.decode(name, "replace") for name in OLD))
                return Unreadable(
                    "ce mot change selon l'encodage (Windows-1252, Mac, DOS) et rien ne dit lequel est le bon :"
                    f" {', '.join(f'« {r} »' for r in readings[:3])}. Enregistrer le fichier en UTF-8. {SAVE_AS}",
                    line,
                    readings[0],
                )
    return Unreadable(f"L'encodage du fichier n'est pas connu. {SAVE_AS}")

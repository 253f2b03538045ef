"""The gate's own pages: plain HTML without script, in the product's style, on light and dark paper and a telephone.

After: `dashboard.web.authentication`.
"""

from functools import cache
from html import escape

from dashboard import french
from dashboard.accounts.passwords import ADVISED, LEAST
from dashboard.answers.context import NO_ANSWER
from dashboard.navigation import NO_SUCH_PAGE
from dashboard.settings import load_settings
from dashboard.web import page_head

# What these pages may load and run: a style of their own, the icon.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
# Of the pages that links lead to: a script of ours takes the link out of the address.
POLICY_OF_LINKS = POLICY.replace("default-src 'none';", "default-src 'none'; script-src 'self';")
CONFIRMING, CONFIRM_THERE = "Confirmer que c'est vous", "/connexion/ministere?encore=oui"
CROWD = "Beaucoup de personnes se connectent en ce moment. Recommencer dans quelques secondes."
LOOKS = """
*{box-sizing:border-box}
body{margin:0;min-height:100vh;background:var(--paper);color:var(--ink);font:16px/1.5 "Source Sans 3","Source Sans Pro",
 system-ui,sans-serif;display:flex;justify-content:center}
main{width:100%;max-width:26rem;margin:12vh 1rem 2rem}
p.product{margin:0 0 .2rem;color:var(--soft);font-size:15px}
h1{margin:0 0 1rem;font-size:25px;line-height:1.25}
form{border:1px solid var(--line);border-radius:8px;padding:1.25rem;background:var(--raised)}
label{display:block;font-weight:600;margin-bottom:1rem}
label small{display:block;font-weight:400;color:var(--soft)}
input:not([type=hidden]){display:block;width:100%;margin-top:.3rem;padding:.55rem .7rem;font:inherit;color:var(--ink);
 background:var(--paper);border:1px solid var(--soft);border-radius:6px}
button,a.button{display:block;width:100%;padding:.6rem 1rem;font:inherit;font-weight:600;color:var(--paper);
 background:var(--main);border:0;border-radius:6px;cursor:pointer;text-align:center;text-decoration:none}
button:hover,a.button:hover{text-decoration:underline}
.or{margin:.8rem 0;text-align:center;color:var(--soft)}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
[role=alert]{margin:0 0 1rem;padding:.6rem .8rem;border-radius:6px;background:var(--notice);color:var(--on-notice);
 border:1px solid var(--notice-edge)}
[hidden]{display:none!important}
.aside{color:var(--soft);font-size:15px}
a{color:var(--main)}
"""


@cache
def _frame() -> tuple[str, str]:
    """What stands before and after the title and the body."""
    product = escape(load_settings().product_name)
    start = (
        '<!doctype html><html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="/favicon.png">'
        f"<style>{page_head.colours()}{LOOKS}</style><title>{{title}} · {product}</title></head>"
        f'<body><main><p class="product">{product}</p><h1>{{title}}</h1>'
    )
    return start, "</main></body></html>"


def _page(title: str, *parts: str) -> str:
    start, end = _frame()
    body = french.bind_punctuation("".join(parts))
    return start.replace("{title}", escape(title, quote=False)) + body + end


def _said(why: str) -> str:
    return f'<p role="alert">{escape(why)}</p>' if why else ""


def _hidden(token: str) -> str:
    return f'<input type="hidden" name="jeton" value="{escape(token)}">'


def _password(name: str, words: str, how: str, small: str = "", *, focus: bool = False) -> str:
    said = f"<small>{escape(small)}</small>" if small else ""
    return (
        f'<label>{escape(words)}{said}<input type="password" name="{name}" autocomplete="{how}" required'
        f' maxlength="200"{" autofocus" if focus else ""}></label>'
    )


def sign_in(token: str, action: str, why: str = "", name: str = "") -> str:
    """The form to sign in, and the button that leads to the provider of identities. token: of the form; action: where it goes,
    with the page that is wanted; why: what went wrong."""
    settings, query = load_settings(), action.partition("?")[2]
    contact = escape(settings.account_contact)
    if not settings.local_accounts:
        lost = f'<p class="aside">Pas encore d\'accès : le demander à {contact}.</p>'
        return _page("Se connecter", _said(why), f"<div>{_to_provider(query)}</div>", lost)
    return _page(
        "Se connecter",
        _said(why),
        *(
            [f'<div>{_to_provider(query)}</div><p class="or">ou</p>']
            if settings.oidc_issuer
            else []
        ),
        f'<form method="post" action="{escape(action)}">{_hidden(token)}<label>Nom'
        f'<input name="nom" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="80"'
        f' value="{escape(name)}"{"" if name else " autofocus"}></label>'
        + _password("mot_de_passe", "Mot de passe", "current-password", focus=bool(name)),
        "<button>Se connecter</button></form>",
        f'<p class="aside">Nom ou mot de passe perdu : s\'adresser à {contact}, qui en donne un nouveau.</p>',
    )


def _to_provider(query: str) -> str:
    """The button that leads to the provider of identities. query: the page that is wanted."""
    address = f"/connexion/ministere{'?' if query else ''}{query}"
    return f'<a class="button" href="{escape(address)}">{escape(load_settings().oidc_button)}</a>'


def refused(why: str, *, answers: bool) -> str:
    """Where nobody comes in by the provider of identities: why. answers: whether it does, and may be asked again."""
    return _page(
        "Connexion refusée" if answers else "Patienter",
        _said(why),
        '<p><a href="/connexion/ministere?autre=oui">Prendre un autre compte du ministère</a></p>'
        if answers
        else "",
        '<p><a href="/connexion">Revenir à la connexion</a></p>',
    )


def new_password(
    token: str, action: str, *, first: bool, by_link: bool = False, why: str = ""
) -> str:
    """The form to change one's password. first: the present one works once only; by_link: it was used up by its link."""
    here = "Mot de passe reçu" if first else "Mot de passe actuel"
    return _page(
        "Choisir un mot de passe",
        "<p class=\"aside\">Le mot de passe reçu ne sert qu'une fois : en choisir un que personne d'autre ne"
        " connaît.</p>"
        if first
        else "",
        _said(why),
        f'<form method="post" action="{escape(action)}">{_hidden(token)}'
        + ("" if by_link else _password("mot_de_passe", here, "current-password", focus=True))
        + _password(
            "nouveau",
            "Nouveau mot de passe",
            "new-password",
            f"{LEAST} caractères au moins ; {ADVISED} ou plus, par exemple plusieurs mots, le protègent bien mieux.",
            focus=by_link,
        )
        + _password("encore", "Nouveau mot de passe, encore une fois", "new-password"),
        "<button>Garder ce mot de passe</button></form>",
        _way_out(),
    )


def confirm(token: str, name: str, *, by_provider: bool, why: str = "") -> str:
    """The form by which who is signed in proves it once more. name: his; by_provider: the provider of identities asks him."""
    who = f"<p>Compte <strong>{escape(name)}</strong> : pour changer des comptes ou des liens, pendant un quart d'heure.</p>"
    if by_provider:
        button = (
            f'<a class="button" href="{CONFIRM_THERE}">{escape(load_settings().oidc_button)}</a>'
        )
        return _page(CONFIRMING, who, _said(why), f"<div>{button}</div>", _way_out())
    return _page(
        CONFIRMING,
        who,
        _said(why),
        f'<form method="post" action="/confirmation">{_hidden(token)}'
        + _password("mot_de_passe", "Mot de passe", "current-password", focus=True),
        "<button>Confirmer</button></form>",
        _way_out(),
    )


def unconfirmed(why: str, *, answers: bool) -> str:
    """Where the provider of identities did not say that it is the same person: why. answers: whether it does."""
    return _page(
        "Rien n'est confirmé" if answers else "Patienter",
        _said(why),
        '<p><a href="/confirmation">Recommencer</a></p>',
    )


def confirmed(name: str) -> str:
    """What who just proved it finds there: the window may be closed."""
    return _page(
        "C'est confirmé",
        f"<p>Le compte <strong>{escape(name)}</strong> est confirmé pour un quart d'heure. Fermer cette fenêtre, revenir à la"
        " page d'où vous venez, et y recommencer.</p>",
    )


def signed_in(name: str) -> str:
    """What who is signed in already finds at the form's address: the window may be closed."""
    return _page(
        "Vous êtes connecté",
        f"<p>Le compte <strong>{escape(name)}</strong> est connecté. Une page qui attendait reprend d'elle-même :"
        ' cette fenêtre peut être fermée.</p><p><a href="/">Ouvrir le tableau de bord</a></p>',
        _way_out(),
    )


def signed_out(further: str = "") -> str:
    """After signing out. further: where the provider of identities is left too; "" where there is no such place."""
    there = (
        "<p>La session du ministère se ferme aussi ; si rien ne se passe :"
        f' <a href="{escape(further)}">la fermer</a>.</p>'
        if further
        else '<p><a href="/connexion">Se connecter</a></p>'
    )
    return _page(
        "Vous êtes déconnecté",
        f"<p>Les pages ouvertes dans ce navigateur sont fermées.</p>{there}",
    )


def invited(token: str, inside: str, why: str = "", link: str = "") -> str:
    """What a guest finds at the address of a link: a button. inside: the account that is signed in in this browser, which has to
    make room; "" where none is. link: what was sent already."""
    return _page(
        "Entrer comme invité",
        _said(why),
        f'<form method="post" action="/invitation">{_hidden(token)}{_room(inside)}{_link(link)}'
        "<button>Entrer</button></form>",
        '<p class="aside">On voit des chiffres, des cartes et des graphiques : aucune plainte une par une, ni rien de'
        " moins de 5 plaintes.</p>",
        _script(),
    )


def _room(inside: str) -> str:
    said = (
        f"Le compte <strong>{escape(inside)}</strong> est connecté dans ce navigateur : entrer par ce lien le déconnecte,"
        " et ferme ses pages."
    )
    return f'<p role="note">{said}</p>' if inside else ""


def _link(link: str) -> str:
    return (
        "<label>Lien reçu<small>Rempli d'avance quand on ouvre le lien.</small>"
        '<input name="lien" autocomplete="off" autocapitalize="none" spellcheck="false" required maxlength="300"'
        f' value="{escape(link)}"></label>'
    )


def _script() -> str:
    name = "ccsp-invitation.js"
    return f'<script src="/app/static/{name}?{page_head.file_digest(name)}"></script>'


def first_sign_in(token: str, inside: str, why: str = "", link: str = "") -> str:
    """What who was given the link of a first password finds there: a button. inside, link: as for `invited`."""
    return _page(
        "Première connexion",
        _said(why),
        f'<form method="post" action="/premiere-connexion">{_hidden(token)}{_room(inside)}{_link(link)}'
        "<button>Entrer, et choisir un mot de passe</button></form>",
        _script(),
    )


def too_many_visitors() -> str:
    """Where too many come by the provider of identities at once."""
    return _page("Patienter", f"<p>{CROWD}</p>", '<p><a href="/connexion">Se connecter</a></p>')


def database_unavailable() -> str:
    """Where the database does not answer."""
    return _page(
        "Patienter",
        f"<p>{NO_ANSWER} Cette page revient d'elle-même dès qu'elle répond.</p>"
        '<p><a href="/">Ouvrir le tableau de bord</a></p>',
    )


def failed(why: str, what: str) -> str:
    """Where everybody is kept out, and patience does not help: why, and what to do."""
    return _page(
        "Connexion impossible", f"<p>{why} {what}</p>", '<p><a href="/">Recommencer</a></p>'
    )


def not_found() -> str:
    """What answers an address that is none of ours, or none for who asks."""
    return _page(
        NO_SUCH_PAGE,
        "<p>L'adresse est mal écrite, ou la page a changé de nom.</p>",
        '<p><a href="/">Revenir à la première page</a></p>',
    )


def _way_out() -> str:
    return '<p class="aside"><a href="/deconnexion">Se déconnecter</a></p>'


def leave() -> str:
    """The question before signing out."""
    return _page(
        "Se déconnecter",
        '<form method="post" action="/deconnexion"><p>Les pages ouvertes dans ce navigateur se ferment.</p>'
        "<button>Se déconnecter</button></form>"
        '<p class="aside"><a href="/">Revenir au tableau de bord</a></p>',
    )

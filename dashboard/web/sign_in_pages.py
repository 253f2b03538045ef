"""The pages of the sign-in: plain HTML without script, in the product's style, on light and dark paper and a telephone.

Before: `dashboard.web.html_templates`; the HTML stands in `dashboard/web/templates`. After: `dashboard.web.sign_in_forms`.
"""

from dashboard.accounts.passwords import ADVISED, LEAST
from dashboard.answers.context import NO_ANSWER
from dashboard.navigation import NO_SUCH_PAGE
from dashboard.settings import load_settings
from dashboard.web import page_head
from dashboard.web.html_templates import render
from dashboard.web.sign_in_addresses import IN, LEAVE

# What these pages may load and run: a style of their own, the icon.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
# For pages opened by links: a script of ours removes the link from the address.
POLICY_OF_LINKS = POLICY.replace("default-src 'none';", "default-src 'none'; script-src 'self';")
CROWD = "Beaucoup de personnes se connectent en ce moment. Recommencer dans quelques secondes."
LINK_SCRIPT = "ccsp-invitation.js"


def sign_in_page(token: str, action: str, why: str = "", name: str = "") -> str:
    """The form to sign in, and the button that leads to the provider of identities. token: of the form; action: its address,
    with the page that is wanted; why: what went wrong; name: as it was typed before."""
    settings, query = load_settings(), action.partition("?")[2]
    by_provider = bool(settings.oidc_issuer) or not settings.local_accounts
    return render(
        "sign_in.html",
        token=token,
        action=action,
        why=why,
        name=name,
        passwords=settings.local_accounts,
        to_provider=f"{LEAVE}{'?' if query else ''}{query}" if by_provider else "",
        provider_button=settings.oidc_button,
        contact=settings.account_contact,
    )


def refusal_page(why: str, *, answers: bool) -> str:
    """Why nobody comes in by the provider of identities. answers: whether it does, and may be asked again."""
    return render("refusal.html", why=why, answers=answers)


def new_password_page(
    token: str, action: str, *, first: bool, by_link: bool = False, why: str = ""
) -> str:
    """The form to change one's password. first: the present one works once only; by_link: it was used up by its link."""
    hint = f"{LEAST} caractères au moins ; {ADVISED} ou plus, par exemple plusieurs mots, le protègent bien mieux."
    return render(
        "new_password.html",
        token=token,
        action=action,
        first=first,
        by_link=by_link,
        why=why,
        hint=hint,
    )


def confirmation_page(token: str, name: str, *, by_provider: bool, why: str = "") -> str:
    """The form by which who is signed in proves it once more. name: his account's; by_provider: the provider of identities
    asks him."""
    return render(
        "confirmation.html",
        token=token,
        name=name,
        by_provider=by_provider,
        why=why,
        provider_button=load_settings().oidc_button,
    )


def unconfirmed_page(why: str, *, answers: bool) -> str:
    """Why the provider of identities did not say that it is the same person. answers: whether it does."""
    return render("unconfirmed.html", why=why, answers=answers)


def confirmed_page(name: str) -> str:
    """What who has just proved who he is finds there: the window may be closed. name: of his account."""
    return render("confirmed.html", name=name)


def signed_in_page(name: str) -> str:
    """What who is signed in already finds at the form's address: the window may be closed. name: of his account."""
    return render("signed_in.html", name=name)


def signed_out_page(further: str = "") -> str:
    """The page after signing out. further: where the provider of identities is left too; "" where there is no such place."""
    return render("signed_out.html", further=further)


def guest_link_page(token: str, signed_in: str, why: str = "", link: str = "") -> str:
    """What a guest finds at the address of his link: a button. signed_in: the name of the account that has a session in this
    browser, which ends; "" where none has. link: as it was sent before."""
    return _link_page("guest_link.html", token, signed_in, why, link)


def first_sign_in_page(token: str, signed_in: str, why: str = "", link: str = "") -> str:
    """What who was given the link of a first password finds there: a button. signed_in, link: as for `guest_link_page`."""
    return _link_page("first_sign_in.html", token, signed_in, why, link)


def _link_page(template: str, token: str, signed_in: str, why: str, link: str) -> str:
    script = f"/app/static/{LINK_SCRIPT}?{page_head.file_digest(LINK_SCRIPT)}"
    return render(template, token=token, signed_in=signed_in, why=why, link=link, script=script)


def crowded_page() -> str:
    """That too many come by the provider of identities at once."""
    return _notice("Patienter", CROWD, IN, "Se connecter")


def database_unavailable_page() -> str:
    """That the database does not answer."""
    sentence = f"{NO_ANSWER} Cette page revient d'elle-même dès qu'elle répond."
    return _notice("Patienter", sentence, "/", "Ouvrir le tableau de bord")


def failure_page(why: str, what: str) -> str:
    """That everybody is kept out, and patience does not help. why: the reason; what: is to be done."""
    return _notice("Connexion impossible", f"{why} {what}", "/", "Recommencer")


def not_found_page() -> str:
    """That an address is none of ours, or none for who asks."""
    sentence = "L'adresse est mal écrite, ou la page a changé de nom."
    return _notice(NO_SUCH_PAGE, sentence, "/", "Revenir à la première page")


def sign_out_page() -> str:
    """The question before signing out."""
    return render("sign_out.html")


def _notice(title: str, sentence: str, address: str, link: str) -> str:
    """A page of one sentence, and a link that leads on."""
    return render("notice.html", title=title, sentence=sentence, address=address, link=link)

"""The pages of the sign-in: plain HTML without script, in the product's style, for light and dark paper and telephones.

Before: `dashboard.web.html_templates`; the HTML stands in `dashboard/web/templates`. After: `dashboard.web.sign_in_forms`.
"""

from dashboard import public_files
from dashboard.accounts.passwords import ADVISED, LEAST
from dashboard.accounts.rights import Person
from dashboard.answers.context import NO_ANSWER
from dashboard.navigation import no_page
from dashboard.settings import load_settings
from dashboard.web.html_templates import render
from dashboard.web.sign_in_addresses import IN, LEAVE

# What these pages may load and run: a style of their own, the icon.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
# For pages opened by links: a script of ours removes the link from the address.
POLICY_OF_LINKS = POLICY.replace("default-src 'none';", "default-src 'none'; script-src 'self';")
# For plain pages with the menu: scripts of ours search, say how far a file is, and send it to the same place.
POLICY_OF_PAGES = POLICY.replace(
    "default-src 'none'; style-src",
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'",
)
CROWD = "Beaucoup de personnes se connectent en ce moment. Recommencer dans quelques secondes."
LINK_SCRIPT = "ccsp-invitation.js"


def sign_in_page(token: str, action: str, why: str = "", name: str = "") -> str:
    """The form to sign in, with the button for the identity provider. token: of the form; action: its address, with the
    requested page; why: what went wrong; name: as typed before."""
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
    """Why the identity provider's sign-in was refused. answers: whether the provider answers and may be tried again."""
    return render("refusal.html", why=why, answers=answers)


def new_password_page(
    token: str, action: str, *, first: bool, by_link: bool = False, why: str = ""
) -> str:
    """The form to change the password. first: the present one works once only; by_link: its link has used it up."""
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
    """The form to confirm that it is still the same person. name: of the account; by_provider: confirmed at the identity
    provider."""
    return render(
        "confirmation.html",
        token=token,
        name=name,
        by_provider=by_provider,
        why=why,
        provider_button=load_settings().oidc_button,
    )


def unconfirmed_page(why: str, *, answers: bool) -> str:
    """Why the identity provider did not confirm that it is the same person. answers: whether the provider answers."""
    return render("unconfirmed.html", why=why, answers=answers)


def confirmed_page(name: str) -> str:
    """The page after a confirmation: the window may be closed. name: of the account."""
    return render("confirmed.html", name=name)


def signed_in_page(name: str) -> str:
    """The page at the form's address for somebody who is signed in already: the window may be closed. name: of the account."""
    return render("signed_in.html", name=name)


def signed_out_page(further: str = "") -> str:
    """The page after signing out. further: the provider's address for signing out there; "" without one."""
    return render("signed_out.html", further=further)


def guest_link_page(token: str, signed_in: str, why: str = "", link: str = "") -> str:
    """The page of a guest link: a button that sends the form. signed_in: the account whose session in this browser will end, ""
    for none; link: as sent before."""
    return _link_page("guest_link.html", token, signed_in, why, link)


def first_sign_in_page(token: str, signed_in: str, why: str = "", link: str = "") -> str:
    """The page of a first password's link: a button that sends the form. signed_in, link: as for `guest_link_page`."""
    return _link_page("first_sign_in.html", token, signed_in, why, link)


def _link_page(template: str, token: str, signed_in: str, why: str, link: str) -> str:
    script = public_files.address(LINK_SCRIPT)
    return render(template, token=token, signed_in=signed_in, why=why, link=link, script=script)


def crowded_page() -> str:
    """The page that says that too many people sign in at once."""
    return _notice("Patienter", CROWD, IN, "Se connecter")


def database_unavailable_page() -> str:
    """The page that says that the database does not answer."""
    sentence = f"{NO_ANSWER} Cette page revient d'elle-même dès qu'elle répond."
    return _notice("Patienter", sentence, "/", "Ouvrir le tableau de bord")


def failure_page(why: str, what: str) -> str:
    """The page of a failure that shuts out everybody and will not pass. why: the reason; what: what has to be done."""
    return _notice("Connexion impossible", f"{why} {what}", "/", "Recommencer")


def failed_work_page(why: str, what: str, page: str) -> str:
    """The page for who was at work on a page when it failed. why: the reason; what: has to be done; page: its address."""
    waits = "Ce que vous aviez envoyé avant attend encore sur la page d'où vous venez."
    return _notice("Pas fait", f"{why} {waits} {what}", page, "Revenir à cette page")


def not_found_page(person: Person, url_path: str) -> str:
    """The page of an address that does not exist, or not for this person."""
    said = no_page(person, url_path)
    return _notice(said.title, said.sentence, said.address, said.link)


def lapsed_form_page() -> str:
    """The page for who sends a form after his session has ended: nothing of it is lost if he signs in beside it."""
    return render("lapsed_form.html", address=IN)


def sign_out_page() -> str:
    """The page that asks before signing out."""
    return render("sign_out.html")


def _notice(title: str, sentence: str, address: str, link: str) -> str:
    """A page with one sentence and a link."""
    return render("notice.html", title=title, sentence=sentence, address=address, link=link)

"""The page « Comptes »: a table of accounts, and the forms by which an administrator adds and changes them."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import streamlit as st

from dashboard import french
from dashboard.accounts.account_rules import ASSIGNABLE_ROLES, WITH_DEPARTMENTS, WITH_SITES
from dashboard.accounts.rights import ROLES, Person
from dashboard.actions import accounts
from dashboard.actions.accounts import AccountChanges, Holder
from dashboard.answers.network import all_site_names, departments
from dashboard.panel import Cell, Table, count_cell, make_table, text_cell
from dashboard.period import to_local_time
from dashboard.request_identity import SESSION_CACHE
from dashboard.settings import load_settings
from dashboard.ui import error_messages, form_messages, guest_links, session, tables
from dashboard.ui.markdown_escaping import escape_markdown

ONCE = "password_once"  # session key: (form, account, one-time password) of the last one made, shown by the next run only


def show() -> None:
    """Draw the page."""
    person = session.person()
    held, names = accounts.all_accounts(person), all_site_names(person)
    bound = accounts.bound_accounts(person)
    tables.draw(_table(person, held, names, bound), label="Comptes", key="comptes", height=460)
    for pair in accounts.similar_accounts(person):
        st.warning(escape_markdown(pair))
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Ajouter un compte", anchor=False)
        _add_form(person, names)
    with right:
        st.header("Changer un compte", anchor=False)
        _change_form(person, {one.name: one for one in held}, names, bound)
    guest_links.show()


def _table(
    person: Person, held: list[Holder], names: Mapping[str, str], bound: Mapping[str, datetime]
) -> Table:
    """The table of accounts. held: the accounts; names: of sites by code; bound: since when each account id is bound to an
    identity."""
    signed_in = Counter(name for name, _ in accounts.sessions(person))
    by_provider = bool(bound or load_settings().oidc_issuer)
    columns = (
        ("Compte", ""),
        ("Rôle", ""),
        ("Répond de", ""),
        ("Adresse", ""),
        ("État", ""),
        *([("S'ouvre par", "")] if by_provider else []),
        ("Sessions", "count"),
    )
    return make_table(
        columns,
        [
            (
                text_cell(one.name),
                text_cell(ROLES.get(one.role, one.role)),
                text_cell(_places(one, names)),
                text_cell(one.email or "—"),
                Cell(_state(one)),
                *([Cell(_sign_in_means(one, bound))] if by_provider else []),
                count_cell(signed_in[one.name]),
            )
            for one in held
        ],
    )


def _places(one: Holder, names: Mapping[str, str]) -> str:
    """The departments and sites of an account, in words."""
    of = sorted(one.departments or ()) + [names.get(code, code) for code in sorted(one.sites or ())]
    return french.join_words(of) or "—"


def _sign_in_means(one: Holder, bound: Mapping[str, datetime]) -> str:
    """By what an account signs in, in words."""
    if one.id in bound:
        return f"identité du ministère, depuis le {to_local_time(bound[one.id]):%d/%m/%Y}"
    return "mot de passe" if one.password else "première connexion à venir"


def _state(one: Holder) -> str:
    """The state of an account, in words."""
    if one.disabled:
        return "fermé"
    return "attend son premier mot de passe" if one.must_change else "ouvert"


def _show_password_once(form: str) -> None:
    """Show the outcome of a form, and below it the one-time password that it made, in this run only."""
    form_messages.show_outcome(form)
    if st.session_state.get(ONCE, ("",))[0] != form:
        return
    _, name, password = st.session_state.pop(ONCE)
    if not password:
        return  # the account signs in by the identity provider
    with st.container(border=True):
        st.markdown(
            f"Mot de passe de **{name}**, à lui dire de vive voix. Il n'est montré qu'ici, sert une fois, dans les 72"
            " heures, et doit alors être changé."
        )
        st.code(password, language=None)
        st.markdown(
            "Ou le lien qui le contient, à lui envoyer : il fait entrer une fois, sans rien taper."
        )
        st.code(accounts.first_sign_in_link(password), language=None, wrap_lines=True)


def _add_form(person: Person, names: Mapping[str, str]) -> None:
    """The form that adds an account."""
    with st.container(border=True):
        st.text_input("Nom du compte", max_chars=80, key="ajouter_nom", placeholder="prenom.nom")
        _account_fields(person, names, "ajouter", AccountChanges())
        st.button("Ajouter", on_click=_add, key="ajouter")
    _show_password_once("ajouter")


def _change_form(
    person: Person,
    held: Mapping[str, Holder],
    names: Mapping[str, str],
    bound: Mapping[str, datetime],
) -> None:
    """The form that changes an account."""
    with st.container(border=True):
        one = held[st.selectbox("Compte", list(held), key="changer_nom")]
        key = f"changer_{one.id}_{one.epoch}"  # a changed account gets fresh fields
        _account_fields(
            person, names, key, AccountChanges(one.role, one.departments, one.sites, one.email)
        )
        with st.container(horizontal=True):
            for label, act, *which in _buttons(key, one.id in bound):
                st.button(label, on_click=act, args=(one.name, *which), key=f"{key}_{label}")
    _show_password_once("changer")


def _buttons(key: str, bound: bool) -> list[tuple[Any, ...]]:
    """The buttons for an account: (label, callback, its arguments after the name)."""
    return [
        ("Enregistrer", _change, key),
        ("Nouveau mot de passe" if load_settings().local_accounts else "Rouvrir", _reset),
        *([("Délier du ministère", _unbind)] if bound else []),
        ("Fermer ses sessions", _close),
        ("Fermer le compte", _disable),
    ]


def _account_fields(
    person: Person, names: Mapping[str, str], key: str, now: AccountChanges
) -> None:
    """The fields of an account: role, places that go with the role, e-mail address. key: prefix of their keys; now: present
    values."""
    roles: list[str] = list(ASSIGNABLE_ROLES)
    role = st.selectbox(
        "Rôle",
        roles,
        index=roles.index(now.role) if now.role in roles else None,
        format_func=lambda role: ROLES.get(role, role),
        key=f"{key}_role",
        placeholder="Choisir un rôle",
    )
    if role in WITH_DEPARTMENTS:
        st.multiselect(
            "Départements dont il répond",
            departments(person),
            default=sorted(now.departments or ()),
            key=f"{key}_departements",
            placeholder="Choisir les départements",
        )
    if role in WITH_SITES:
        st.multiselect(
            "Centres dont il répond",
            list(names),
            default=sorted(now.sites or ()),
            format_func=lambda code: names.get(code, code),
            key=f"{key}_centres",
            placeholder="Choisir les centres",
        )
    address = "Adresse électronique " + (
        "(du compte du ministère)" if load_settings().oidc_issuer else "(facultative)"
    )
    st.text_input(address, now.email or "", max_chars=160, key=f"{key}_adresse")


def _wanted(key: str) -> AccountChanges:
    """What was typed into the fields: of places, only those that go with the role."""
    typed = st.session_state
    role = typed[f"{key}_role"] or ""
    return AccountChanges(
        role,
        typed.get(f"{key}_departements") if role in WITH_DEPARTMENTS else None,
        typed.get(f"{key}_centres") if role in WITH_SITES else None,
        typed[f"{key}_adresse"].strip(),
    )


@error_messages.show_failures()  # called between two runs, where nothing else catches
def _add() -> None:
    name = st.session_state["ajouter_nom"]
    other_sign_in = "" if load_settings().local_accounts else " ; le compte du ministère l'ouvre"
    with form_messages.record_outcome("ajouter", f"Le compte est ajouté{other_sign_in}."):
        password = accounts.add(session.person(), name, _wanted("ajouter"))
        st.session_state[ONCE] = "ajouter", name, password
        st.session_state["ajouter_nom"] = st.session_state["ajouter_adresse"] = ""


@error_messages.show_failures()
def _change(name: str, key: str) -> None:
    with form_messages.record_outcome(
        "changer", "C'est enregistré ; ses pages ouvertes reprennent avec ces droits."
    ):
        accounts.change(session.person(), name, _wanted(key))
        SESSION_CACHE.forget_account(name)


@error_messages.show_failures()
def _reset(name: str) -> None:
    done = (
        "L'ancien mot de passe n'ouvre plus."
        if load_settings().local_accounts
        else "Le compte est ouvert ; le compte du ministère l'ouvre, à la prochaine connexion."
    )
    with form_messages.record_outcome("changer", done):
        st.session_state[ONCE] = "changer", name, accounts.reset_password(session.person(), name)
        SESSION_CACHE.forget_account(name)


@error_messages.show_failures()
def _unbind(name: str) -> None:
    done = "Le compte est délié ; qui a son adresse, vérifiée par le ministère, le lie à la prochaine connexion."
    with form_messages.record_outcome("changer", done):
        accounts.unbind_identity(session.person(), name)
        SESSION_CACHE.forget_account(name)


@error_messages.show_failures()
def _close(name: str) -> None:
    with form_messages.record_outcome("changer", "Ses sessions sont fermées."):
        accounts.end_sessions(session.person(), name)
        SESSION_CACHE.forget_account(name)


@error_messages.show_failures()
def _disable(name: str) -> None:
    again = "Nouveau mot de passe" if load_settings().local_accounts else "Rouvrir"
    with form_messages.record_outcome("changer", f"Le compte est fermé ; « {again} » le rouvre."):
        accounts.disable(session.person(), name)
        SESSION_CACHE.forget_account(name)

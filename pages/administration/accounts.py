"""Comptes: who may sign in, as what, for which departments and sites; a password that works once; sign-ins ended."""

from dashboard.ui import accounts

accounts.show()

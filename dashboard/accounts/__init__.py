"""Accounts, sessions and rights: who is signed in, and what each person may see and do."""

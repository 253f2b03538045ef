"""Mon compte: who one is here, the password, where one is signed in."""

from dashboard.ui import own_account

own_account.show()

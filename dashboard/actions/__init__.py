"""What a person does: the right is checked, the database's writers called, the journal written. Nothing is drawn here."""

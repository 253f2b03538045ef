"""What a person changes: each function checks the right, calls the database's writers and writes the journal. Nothing
is drawn here."""

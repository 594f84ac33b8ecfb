"""Who did what: sign-ins, people, tokens and the connection, kept here; what was written to memories, read from the history."""

"""People, teams, applications, signing keys, issued tokens and revocation."""

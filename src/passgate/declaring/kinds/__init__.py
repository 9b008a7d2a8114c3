"""How each kind of document is found, read, made, changed and removed, through the services of its domain."""

"""Models tried by hand: real calls of the user's own, through this machine's gate."""

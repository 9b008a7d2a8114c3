"""The console: people's way to everything that the services can do. No rule lives here."""

"""The pages, a folder an area. They ask services and show what those say; no rule lives here."""

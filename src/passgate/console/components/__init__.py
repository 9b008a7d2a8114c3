"""Parts that pages are made of; each knows how it looks, none knows what it shows."""

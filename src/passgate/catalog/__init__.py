"""AI vendors, providers, models and prices: rows of data."""

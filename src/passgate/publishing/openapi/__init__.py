"""Documents that describe services (OpenAPI): read, checked, stored once, turned into routes, given out again."""

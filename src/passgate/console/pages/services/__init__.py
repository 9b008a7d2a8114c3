"""Services: published REST APIs."""

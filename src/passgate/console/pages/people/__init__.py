"""People: users and teams."""

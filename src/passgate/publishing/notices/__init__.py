"""Notices: what a team should know of the services that it offers or calls."""

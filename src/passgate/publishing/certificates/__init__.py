"""Certificates of services' own hosts: uploaded, checked, shown by name (SNI), and told of before they expire."""

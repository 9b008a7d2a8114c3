"""Corrections of prices."""

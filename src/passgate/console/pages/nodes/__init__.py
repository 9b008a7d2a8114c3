"""Nodes: where the gate runs and what each has in force."""

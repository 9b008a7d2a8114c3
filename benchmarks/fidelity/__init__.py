"""How much of what passes through the gate's translation stays what it was: ``make fidelity``."""

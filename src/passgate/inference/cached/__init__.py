"""Kept answers of REST services, as RFC 9111 has it of a shared cache."""

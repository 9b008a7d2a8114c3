"""The formats that clients speak to the gate."""

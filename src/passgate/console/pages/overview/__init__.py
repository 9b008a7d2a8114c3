"""The overview: where one stands, and how the gate is doing."""

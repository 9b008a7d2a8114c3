"""May this token call that, and why."""

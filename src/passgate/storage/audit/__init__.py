"""The audit log: what was changed by whom, captured where it is written, chained so that nobody can alter it unseen."""

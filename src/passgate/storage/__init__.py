"""Engine, unit of work, column types and migrations."""

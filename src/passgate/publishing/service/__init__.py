"""Use cases of publishing, one file each."""

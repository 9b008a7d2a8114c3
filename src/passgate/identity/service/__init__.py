"""Identity's use cases, one file each; all of them authorise, none commits."""

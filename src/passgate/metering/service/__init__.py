"""Use cases of metering; each authorises its actor and commits nothing."""

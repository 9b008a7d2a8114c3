"""The inference worker: one process behind Envoy that answers AI calls."""

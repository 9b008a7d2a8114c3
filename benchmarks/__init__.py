"""What the gate does on one core, measured beside bare Envoy and beside its peers: ``python -m benchmarks.run``."""

"""From snapshot to Envoy's resources: pure functions, the same input always giving the same output."""

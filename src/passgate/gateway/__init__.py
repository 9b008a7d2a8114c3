"""From published state to snapshot to Envoy: compile, deliver, acknowledge."""

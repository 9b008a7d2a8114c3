"""Rate limits of services: counted by the node's agent, which Envoy asks for each call of a route that has one."""

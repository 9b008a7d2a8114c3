"""The delta ADS server that hands a node's Envoy its resources and hears what Envoy says of them."""

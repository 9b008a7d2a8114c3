"""Plans: what a subscription allows, at which rate and for how much money."""

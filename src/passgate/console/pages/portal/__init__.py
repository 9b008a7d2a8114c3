"""The portal: what there is to call, and one's own part of it."""

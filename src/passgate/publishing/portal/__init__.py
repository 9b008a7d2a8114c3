"""The portal: what those who may call a service learn of it, signed in or not."""

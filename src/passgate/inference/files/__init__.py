"""Files and batches of OpenAI's API: whose they are, at which provider, and what a batch asks for."""

"""OpenAI chat completions, as clients send and read them."""

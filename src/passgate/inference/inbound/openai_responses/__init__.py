"""OpenAI's Responses, as clients send and read them."""

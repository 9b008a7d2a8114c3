"""OpenAI's Responses, as a vendor takes and gives them."""

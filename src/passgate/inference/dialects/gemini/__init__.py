"""The Gemini API as a vendor, at Google AI and at Vertex AI."""

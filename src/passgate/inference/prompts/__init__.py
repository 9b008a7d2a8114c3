"""Prompts as services: variables in, one chat request, and text or JSON out."""

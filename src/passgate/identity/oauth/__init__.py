"""The OAuth 2.0 and OpenID Connect server, on Authlib's core classes."""

"""What a microservice installs to verify tokens."""

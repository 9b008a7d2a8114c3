"""What is done to a call beyond passing it on: masking, the exact cache, limits of size. No I/O."""

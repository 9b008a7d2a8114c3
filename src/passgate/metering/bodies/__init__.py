"""What calls said, for applications that log it: taken in, read by those who may, and deleted in time."""

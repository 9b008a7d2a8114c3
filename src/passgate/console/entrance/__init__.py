"""The ways in: sign-in, set-up and sign-out, plain HTTP forms, since only HTTP can set a cookie."""

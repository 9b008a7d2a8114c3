"""What every part may know: ids, clock, money, pagination, actors, sealing and the base error."""

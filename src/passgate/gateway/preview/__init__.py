"""What a call would meet at the gate, told from what is published and without calling anything."""

"""The formats that the gate speaks to vendors."""

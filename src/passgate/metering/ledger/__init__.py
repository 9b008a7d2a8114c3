"""The ledger: what each call is charged for, and corrections of prices."""

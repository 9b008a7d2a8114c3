"""The JWT workbench: what a token says, why it holds or not, and how one is made."""

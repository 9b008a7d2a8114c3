"""Services as MCP tools: which of their operations agents find and call."""

"""MCP tools: what is offered, and the call that a tool stands for."""

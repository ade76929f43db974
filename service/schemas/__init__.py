"""Request and response models, shared by HTTP, MCP and the command line."""

"""Routes for programs: JSON, OpenAI's chat completions, MCP."""

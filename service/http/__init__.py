"""What every HTTP interface shares: errors, limits, streaming, headers, the server."""

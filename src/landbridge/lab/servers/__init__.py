"""Real servers that do one thing wrong, or nothing. All listen on a free port of loopback."""

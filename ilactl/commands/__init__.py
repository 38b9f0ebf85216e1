"""One file a command: options → request → plan → output. No rule and no file access here."""

"""What developers run: the manual page, the demo, the bench."""

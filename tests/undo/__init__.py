"""Taking back what was booked."""

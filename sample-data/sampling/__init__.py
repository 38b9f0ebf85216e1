"""The generator of sample ledgers: made-up people, organisations and years of bookings."""

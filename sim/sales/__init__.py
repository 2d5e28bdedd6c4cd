"""The sales of a day: from the events that come out of it to orders, what offers make of them, and what is booked."""

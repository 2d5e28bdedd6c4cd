"""What follows from a day's messages and orders, compiled: parcels, questions, the desk's waiting line, complaints."""

"""What midnight and the close of the books do to people, compiled: messages let through, offers, prospects, counts."""

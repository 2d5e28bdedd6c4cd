"""What the firm does: acquisition, messages, offers, checkout, delivery, the service desk and the books."""

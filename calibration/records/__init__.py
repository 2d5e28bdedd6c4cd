"""Records of what a shop did to its customers: messages, campaigns, coupons used, tickets, added contacts."""

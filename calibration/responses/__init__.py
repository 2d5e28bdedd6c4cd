"""The joint posterior of need and responses, from what a shop did to its own customers and when they ordered."""

"""Shares that counts in records tell by themselves: coupons that are used, prospects who are added."""

"""Commands that print figures and fail where a bound is missed; the folders hold what they share."""

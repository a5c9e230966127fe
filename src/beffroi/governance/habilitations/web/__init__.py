"""Pages of requests, approvals and arrivals."""

"""Requests for access, approvals, and the way in of those who were approved. The guard keeps the facts."""

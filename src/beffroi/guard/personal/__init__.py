"""The personal space: people who read who consulted their file; their sessions are no agent's, and grant nothing."""

"""What programmes pay somebody: amounts tied to an identity, so in the vault (group followup) and nowhere else."""

"""A person's situation through time: dated changes in the vault, shown as a timeline."""

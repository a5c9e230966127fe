"""Partners in the console: who works with the network, under which contract, and what is due."""

"""Where people prove who they are: pages of the guard's own origin, and the OpenID relying party behind them."""

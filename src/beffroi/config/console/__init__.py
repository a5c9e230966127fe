"""The console's Django project: settings, addresses, header, server. The only place where its applications meet."""

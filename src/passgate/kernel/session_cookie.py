"""The cookie of a browser session: what it is called, and where browsers send it.

It goes to the console and to the management API alone. Services may answer at the gate's own host, below paths of their
own; with a cookie for all of the host, whoever owns such a service would be sent the sessions of those who look at it.
"""

SESSION_COOKIE = "passgate_session"
SESSION_PATHS = ("/api", "/console")
"""Each gets a cookie of its own (RFC 6265 section 5.1.4); no service can answer below these."""
EVERYWHERE = "/"
"""Where earlier releases sent it: such a cookie is taken away, lest it goes on to services."""

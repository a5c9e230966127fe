"""Log records of the console, without what people typed: no exception text, variable, address or header."""

import logging
import time
import traceback


class Discreet(logging.Filter):
    """Replaces an exception by its type and the lines it crossed, and what Django says of a request by its route.

    An exception's message may quote a value of the request; an address or a host that does not exist is whatever
    somebody typed, a name included.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; keep every one."""
        request = getattr(record, "request", None)
        if request is not None:
            match = getattr(request, "resolver_match", None)
            route = f"/{match.route}" if match is not None else "an address that leads nowhere"
            status = getattr(record, "status_code", "refused")
            record.msg, record.args = f"{status} {getattr(request, 'method', None) or '?'} {route}", ()
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            places = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
            record.msg = f"{record.getMessage()} ({type(error).__name__} in {' > '.join(places[-6:])})"
            record.args = ()
            record.exc_info = record.exc_text = None
        return True


class UtcLine(logging.Formatter):
    """Instants in UTC, whatever the time zone of the pages."""

    converter = time.gmtime  # type: ignore[assignment]
    default_msec_format = "%s,%03dZ"

"""What is written down about the running server: by us whole, by the libraries counted."""
import logging
def security_event(what: str, **facts: object) -> None:
    logging.getLogger("exchange.security").info("%s %s", what, facts)

"""What the tables keep of a client's keys: an HMAC under the instance's key, never the key itself.

Whoever holds a key is the asker, or repeats a click. A copied database holds none of them; and
the prefixes keep digests of different tables apart, so that nothing can be matched across them.
"""

import hashlib
import hmac
import uuid
from functools import lru_cache

_KEY_BYTES = 16
"""128 bits of a digest: no fewer than a UUID has, and half the index."""


def question_key(key: str, instance_key: str) -> str:
    """Of the key that a question arrived under: 32 characters."""
    return mac(f"question {key}".encode(), instance_key).hex()[: 2 * _KEY_BYTES]


def change_key(key: str, instance_key: str) -> str:
    """Of the key that a click, an edit or a withdrawal came with: 32 characters."""
    return mac(f"change {key}".encode(), instance_key).hex()[: 2 * _KEY_BYTES]


def content(key: str, arrived: str, instance_key: str) -> str:
    """Of what first arrived under a question's key: 64 characters.

    The client's own key goes into it and is kept nowhere on the server: neither the database nor
    the instance's key is enough to guess an erased text by trying. Hence it needs no erasing, and
    a repetition is still told from another question.
    """
    plain = hashlib.sha256(arrived.encode("utf-8", "surrogatepass")).hexdigest()
    return mac(f"content {key} {plain}".encode(), instance_key).hex()


def mac(message: bytes, instance_key: str) -> bytes:
    """HMAC-SHA256 under the instance's key. A question needs five of them."""
    keyed = _keyed(instance_key).copy()
    keyed.update(message)
    return keyed.digest()


@lru_cache(4)
def _keyed(instance_key: str) -> hmac.HMAC:
    """The key as it goes into every HMAC; to prepare it takes as long as what follows."""
    return hmac.new(instance_key.encode(), digestmod=hashlib.sha256)


def contact_uid(contact_id: int, instance_key: str) -> str:
    """What a contact is called in address books, whatever this server's address becomes."""
    return str(uuid.UUID(bytes=mac(f"contact {contact_id}".encode(), instance_key)[:_KEY_BYTES]))

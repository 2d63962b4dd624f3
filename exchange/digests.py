"""What the tables keep of a client's keys: an HMAC under the instance's key, never the key itself.

Whoever holds a key is the asker, or repeats a click. A copied database holds none of them; and
the prefixes keep digests of different tables apart, so that nothing can be matched across them.
"""

import hashlib
import hmac
import uuid

_KEY_BYTES = 16
"""128 bits of a digest: no fewer than a UUID has, and half the index."""


def question_key(key: str, instance_key: str) -> str:
    """Of the key that a question arrived under: 32 characters."""
    return _hmac(f"question {key}", instance_key)[: 2 * _KEY_BYTES]


def change_key(key: str, instance_key: str) -> str:
    """Of the key that a click, an edit or a withdrawal came with: 32 characters."""
    return _hmac(f"change {key}", instance_key)[: 2 * _KEY_BYTES]


def content(key: str, arrived: str, instance_key: str) -> str:
    """Of what first arrived under a question's key: 64 characters.

    The client's own key goes into it and is kept nowhere on the server: neither the database nor
    the instance's key is enough to guess an erased text by trying. Hence it needs no erasing, and
    a repetition is still told from another question.
    """
    plain = hashlib.sha256(arrived.encode("utf-8", "surrogatepass")).hexdigest()
    return _hmac(f"content {key} {plain}", instance_key)


def contact_uid(contact_id: int, instance_key: str) -> str:
    """What a contact is called in address books, whatever this server's address becomes."""
    return str(uuid.UUID(_hmac(f"contact {contact_id}", instance_key)[: 2 * _KEY_BYTES]))


def _hmac(message: str, instance_key: str) -> str:
    return hmac.digest(instance_key.encode(), message.encode(), "sha256").hex()

"""SHA-crypt with SHA-256, the hash within verifiers of `caching_sha2_password`.

Python's `crypt` was taken out in 3.13, and the C library's takes salts of 16 bytes where MySQL has
20. https://www.akkadia.org/drepper/SHA-crypt.txt
"""

import hashlib

_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

_ORDER = [(i * 21 % 30, (i * 21 + 10) % 30, (i * 21 + 20) % 30) for i in range(10)]
"""Which bytes of the digest make up which four characters; the two last ones make three."""


def sha256_crypt(password: bytes, salt: bytes, rounds: int) -> bytes:
    """Computes the hash, without prefix and salt.

    Args:
        password: The password.
        salt: The salt.
        rounds: How often it is hashed.

    Returns:
        43 characters.
    """
    length = len(password)
    inner = hashlib.sha256(password + salt + password).digest()
    outer = hashlib.sha256(password + salt + _repeated(inner, length))
    while length:
        outer.update(inner if length & 1 else password)
        length >>= 1
    digest = outer.digest()
    long = _repeated(hashlib.sha256(password * len(password)).digest(), len(password))
    seasoned = _repeated(hashlib.sha256(salt * (16 + digest[0])).digest(), len(salt))
    for number in range(rounds):
        odd = number & 1
        digest = hashlib.sha256(
            (long if odd else digest)
            + (seasoned if number % 3 else b"")
            + (long if number % 7 else b"")
            + (digest if odd else long)
        ).digest()
    return _encoded(digest)


def _repeated(data: bytes, length: int) -> bytes:
    return (data * (length // len(data) + 1))[:length]


def _encoded(digest: bytes) -> bytes:
    groups = [(digest[a] << 16 | digest[b] << 8 | digest[c], 4) for a, b, c in _ORDER]
    groups.append((digest[31] << 8 | digest[30], 3))
    return "".join(
        _ALPHABET[value >> 6 * place & 63] for value, count in groups for place in range(count)
    ).encode()

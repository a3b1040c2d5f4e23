"""MariaDB's variant of Ed25519 (RFC 8032), in which the password itself is the private key.

PyMySQL needs PyNaCl for it, which is compiled for one architecture and 1.4 MB; this takes
milliseconds and standard Python. It is used once for each login and each verifier of ours, and is
not constant in time: who can measure that within a function has the password anyway.

https://mariadb.com/kb/en/authentication-plugin-ed25519/
"""

import hashlib
from dataclasses import dataclass

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_BASE_Y = 4 * pow(5, -1, _P) % _P
_BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202


@dataclass(frozen=True, slots=True)
class _Point:
    """A point in extended coordinates: x = X/Z, y = Y/Z, x * y = T/Z."""

    x: int
    y: int
    z: int
    t: int

    def plus(self, other: "_Point") -> "_Point":
        a = (self.y - self.x) * (other.y - other.x) % _P
        b = (self.y + self.x) * (other.y + other.x) % _P
        c = 2 * self.t * other.t * _D % _P
        d = 2 * self.z * other.z % _P
        e, f, g, h = b - a, d - c, d + c, b + a
        return _Point(e * f % _P, g * h % _P, f * g % _P, e * h % _P)

    def encoded(self) -> bytes:
        inverse = pow(self.z, -1, _P)
        x, y = self.x * inverse % _P, self.y * inverse % _P
        return (y | (x & 1) << 255).to_bytes(32, "little")


_BASE = _Point(_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)


def public_key(password: bytes) -> bytes:
    """The public key that belongs to a password."""
    return _times_base(_scalar(password))


def sign(password: bytes, message: bytes) -> bytes:
    """Signs what the server has sent, to show that one has the password."""
    scalar = _scalar(password)
    nonce = _hash(hashlib.sha512(password).digest()[32:] + message)
    commitment = _times_base(nonce)
    challenge = _hash(commitment + _times_base(scalar) + message)
    return commitment + ((challenge * scalar + nonce) % _ORDER).to_bytes(32, "little")


def _scalar(password: bytes) -> int:
    half = int.from_bytes(hashlib.sha512(password).digest()[:32], "little")
    return half & (1 << 254) - 8 | 1 << 254


def _hash(data: bytes) -> int:
    return int.from_bytes(hashlib.sha512(data).digest(), "little") % _ORDER


def _times_base(scalar: int) -> bytes:
    result, power = _Point(0, 1, 1, 0), _BASE
    while scalar:
        if scalar & 1:
            result = result.plus(power)
        power = power.plus(power)
        scalar >>= 1
    return result.encoded()

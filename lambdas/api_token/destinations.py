"""Which addresses may be connected to."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_NAT64 = ip_network("64:ff9b::/96")
"""Behind it is an IPv4 address (https://www.rfc-editor.org/rfc/rfc6052)."""

_NEVER = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "169.254.0.0/16",  # with it, the credentials of instances and of containers
            "fe80::/10",
            "fd00:ec2::/32",  # the same of IPv6, and other services of the instance
            "::/96",  # IPv4 addresses as they were once written in IPv6, and none
        ),
    )
)


_LOCAL_NAT64 = ip_network("64:ff9b:1::/48")
"""Behind it is what the network's owner says (https://www.rfc-editor.org/rfc/rfc8215)."""


class Destinations:
    """The public addresses, and private networks that a team has named."""

    def __init__(self, private: Sequence[Network] = ()) -> None:
        """Name private networks.

        Args:
            private: Those that may be connected to as well. What every machine has at an address
                of its own, such as the metadata of an instance, stays out whatever they are.
        """
        self._private = tuple(private)

    def allow(self, text: str) -> bool:
        """Whether an address may be connected to.

        Args:
            text: It, as a resolver tells it.
        """
        try:
            address = _innermost(ip_address(text))
        except ValueError:
            return False
        if any(address in network for network in _NEVER) or address.is_multicast:
            return False
        public = address.is_global and address not in _LOCAL_NAT64
        return public or any(address in network for network in self._private)


def _innermost(address: Address) -> Address:
    """The IPv4 address that is written as one of IPv6, or is reached through it."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address.sixtofour:
        return address.sixtofour
    return address

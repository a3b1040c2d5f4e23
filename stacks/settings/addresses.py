"""Ranges of addresses that private networks have."""

from ipaddress import IPv4Network, IPv6Network, ip_network

_PRIVATE = tuple(
    ip_network(each)
    for each in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
"""https://www.rfc-editor.org/rfc/rfc1918, rfc6598 and rfc4193.

Python's `is_private` is more (this host, loopback, link-local, examples) and less: 100.64.0.0/10,
which pods of EKS have, is neither private nor public to it.
"""


def is_private(network: IPv4Network | IPv6Network) -> bool:
    """Whether all addresses of a range are such as private networks have."""
    return any(
        each.version == network.version
        and int(each.network_address) <= int(network.network_address)
        and int(network.broadcast_address) <= int(each.broadcast_address)
        for each in _PRIVATE
    )

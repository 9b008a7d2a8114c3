"""Addresses of the machine's own link, where clouds hand out the machine's credentials to whoever asks from it."""

import ipaddress

_ELSEWHERE = frozenset(map(ipaddress.ip_address, ("fd00:ec2::254", "100.100.100.200")))
"""Of Amazon's for IPv6, and of Alibaba's, which lie in other networks."""


def is_link_local(host: str) -> bool:
    """Whether a host is such an address (RFC 3927, RFC 4291 section 2.5.6), or stands for one; a name is none."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0].strip("[]"))
    except ValueError:
        return False
    inner = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return found.is_link_local or found in _ELSEWHERE or (inner is not None and inner.is_link_local)

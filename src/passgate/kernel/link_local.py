"""Addresses of the machine's own link, where clouds hand out the machine's credentials to whoever asks from it."""

import ipaddress
import re

_ELSEWHERE = frozenset(map(ipaddress.ip_address, ("fd00:ec2::254", "100.100.100.200")))
"""Of Amazon's for IPv6, and of Alibaba's, which lie in other networks."""
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")


def is_link_local(host: str) -> bool:
    """Whether a host is such an address (RFC 3927, RFC 4291 section 2.5.6), or stands for one; a name is none."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0].strip("[]"))
    except ValueError:
        return False
    inner = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return found.is_link_local or found in _ELSEWHERE or (inner is not None and inner.is_link_local)


def ends_in_a_number(name: str) -> bool:
    """Whether a host that is no address ends in a number, as no name does (RFC 3696 section 2).

    What looks names up reads such a one as an address all the same: 2852039166 and 0xa9fea9fe are of the link.
    """
    return bool(_NUMBER.fullmatch(name.rstrip(".").rsplit(".", 1)[-1]))

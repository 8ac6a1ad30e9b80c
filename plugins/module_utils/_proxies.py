# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which proxy the environment names for an address. The operating system is never asked: on macOS that crashes a
worker, which is a fork.

Runs on hosts too, so it needs nothing but the standard library.

``NO_PROXY`` has no standard. What curl (https://curl.se/docs/manpage.html, --noproxy) or Go
(https://pkg.go.dev/golang.org/x/net/http/httpproxy) document is understood. Go by itself differs in this: it looks for
names in capitals first, and knows no ``ALL_PROXY``, nor blanks between exceptions.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_ENTRY = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>\d+))?")


def find_proxy(url: str, environment: Mapping[str, str]) -> str | None:
    """The URL of the proxy for this address, or None for none. It may hold a password."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    proxy = _variable(environment, f"{parts.scheme}_proxy") or _variable(environment, "all_proxy")
    if not proxy or _is_excepted(host, port, _variable(environment, "no_proxy")):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def variables_for_go(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables with which a program in Go finds the proxies that ``find_proxy`` finds."""
    every = _variable(environment, "all_proxy")
    found = {
        **{f"{scheme.upper()}_PROXY": _variable(environment, f"{scheme}_proxy") or every for scheme in _PORTS},
        "NO_PROXY": ",".join(_entries(_variable(environment, "no_proxy"))),
    }
    # Go has the proxy look up names whatever it is called; not every version of it knows this name for that.
    return {name: re.sub("^socks5h://", "socks5://", value) for name, value in found.items() if value}


def _variable(environment: Mapping[str, str], name: str) -> str:
    """In lower case first, as curl and Python look for them."""
    return (environment.get(name) or environment.get(name.upper()) or "").strip()


def _is_excepted(host: str, port: int, exceptions: str) -> bool:
    return any(_is_meant(host, port, entry) for entry in _entries(exceptions))


def _entries(exceptions: str) -> list[str]:
    return [entry for entry in re.split(r"[\s,]+", exceptions) if entry]


def _is_meant(host: str, port: int, entry: str) -> bool:
    if entry == "*":
        return True
    address = _address(host)
    try:
        network = ipaddress.ip_network(entry, strict=False)
    except ValueError:
        pass
    else:
        return address is not None and address in network
    match = _ENTRY.fullmatch(entry)
    if match is None or (match["port"] and int(match["port"]) != port):
        return False
    named = _address(match["host"].strip("[]"))
    if named is not None or address is not None:
        return named == address
    name = match["host"].lower().strip("*").strip(".")
    return bool(name) and (host.lower().rstrip(".") == name or host.lower().rstrip(".").endswith(f".{name}"))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None

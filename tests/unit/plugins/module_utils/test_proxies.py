# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import urllib.request

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._proxies import (
    find_proxy,
    variables_for_go,
)

PROXY = "http://proxy.example:3128"
URL = "https://console.influxdata.com"


@pytest.mark.parametrize(
    ("environment", "url", "proxy"),
    [
        ({}, URL, None),
        ({"HTTPS_PROXY": PROXY}, URL, PROXY),
        ({"https_proxy": PROXY, "HTTPS_PROXY": "http://other"}, URL, PROXY),
        ({"https_proxy": "", "HTTPS_PROXY": PROXY}, URL, PROXY),
        ({"HTTP_PROXY": PROXY}, URL, None),
        ({"HTTP_PROXY": PROXY}, "http://a", PROXY),
        ({"ALL_PROXY": PROXY}, URL, PROXY),
        ({"all_proxy": "http://other", "HTTPS_PROXY": PROXY}, URL, PROXY),
        ({"HTTPS_PROXY": " proxy.example:3128 "}, URL, PROXY),
        ({"HTTPS_PROXY": "socks5h://proxy"}, URL, "socks5h://proxy"),
    ],
)
def test_the_variable_that_counts(environment: dict[str, str], url: str, proxy: str | None) -> None:
    assert find_proxy(url, environment) == proxy


@pytest.mark.parametrize(
    ("environment", "variables"),
    [
        ({}, {}),
        ({"HTTPS_PROXY": PROXY, "HOME": "/"}, {"HTTPS_PROXY": PROXY}),
        ({"ALL_PROXY": PROXY}, {"HTTPS_PROXY": PROXY, "HTTP_PROXY": PROXY}),
        ({"all_proxy": PROXY, "ALL_PROXY": "http://other"}, {"HTTPS_PROXY": PROXY, "HTTP_PROXY": PROXY}),
        ({"ALL_PROXY": PROXY, "https_proxy": "http://other"}, {"HTTPS_PROXY": "http://other", "HTTP_PROXY": PROXY}),
        # Go by itself would take the one in capitals.
        ({"https_proxy": PROXY, "HTTPS_PROXY": "http://other"}, {"HTTPS_PROXY": PROXY}),
        ({"ALL_PROXY": "", "NO_PROXY": "a.example  b.example, [::1]"}, {"NO_PROXY": "a.example,b.example,[::1]"}),
        ({"ALL_PROXY": "proxy.example:3128"}, dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY"), "proxy.example:3128")),
        ({"HTTPS_PROXY": "socks5h://user:word@a:1"}, {"HTTPS_PROXY": "socks5://user:word@a:1"}),
    ],
)
def test_go_finds_the_same(environment: dict[str, str], variables: dict[str, str]) -> None:
    assert variables_for_go(environment) == variables


@pytest.mark.parametrize(
    ("exceptions", "url", "excepted"),
    [
        ("*", URL, True),
        ("", URL, False),
        ("console.influxdata.com", URL, True),
        ("CONSOLE.influxdata.com", URL, True),
        ("influxdata.com", URL, True),
        (".influxdata.com", URL, True),
        ("*.influxdata.com", URL, True),
        ("data.com", URL, False),
        ("a, influxdata.com ,b", URL, True),
        ("a influxdata.com b", URL, True),
        ("a,,", URL, False),
        ("influxdata.com:443", URL, True),
        ("influxdata.com:444", URL, False),
        ("influxdata.com:444", "https://influxdata.com:444", True),
        ("localhost", "http://localhost:8086", True),
        ("127.0.0.1", "https://127.0.0.1:1", True),
        ("127.0.0.1:1", "https://127.0.0.1:1", True),
        ("127.0.0.1:2", "https://127.0.0.1:1", False),
        ("127.0.0.2", "https://127.0.0.1", False),
        ("10.0.0.0/8", "https://10.1.2.3", True),
        ("10.0.0.1/8", "https://10.1.2.3", True),
        ("10.0.0.0/8", "https://11.1.2.3", False),
        ("10.0.0.0/8", URL, False),
        ("0.0.1", "https://127.0.0.1", False),
        ("::1", "https://[::1]", True),
        ("[::1]", "https://[::1]:8086", True),
        ("[::1]:8086", "https://[::1]:8086", True),
        ("[::1]:8087", "https://[::1]:8086", False),
        ("[0:0::1]", "https://[::1]", True),
        ("fd00::/8", "https://[fd12::1]", True),
        ("[fd00::]/8", "https://[fd12::1]", False),
        ("fd00::/8", "https://[fe80::1]", False),
        ("fd00::/8", "https://10.0.0.1", False),
        ("10.0.0.0/99", "https://10.0.0.1", False),
        ("[", URL, False),
        (":", URL, False),
        (".", URL, False),
        ("a:b:c", URL, False),
    ],
)
def test_what_is_reached_without_one(exceptions: str, url: str, excepted: bool) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        assert (find_proxy(url, {"ALL_PROXY": PROXY, name: exceptions}) is None) is excepted


def test_the_system_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("getproxies", "proxy_bypass"):
        monkeypatch.setattr(urllib.request, name, lambda *_: pytest.fail("the system was asked"))
    assert find_proxy(URL, {}) is None

# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How the management service and influxctl are reached."""

    DOCUMENTATION = r"""
options:
  product:
    description:
      - V(dedicated) for InfluxDB Cloud Dedicated, V(clustered) for InfluxDB Clustered, its self-managed twin.
      - If not set, it is taken from O(connection_profile), then from the environment variable E(INFLUXDB3_PRODUCT),
        then it is V(dedicated).
      - InfluxDB 3 Core, Enterprise and Cloud have another API. They are refused by name where they can be told.
    type: str
    choices: [dedicated, clustered]
  account_id:
    description:
      - The id of the account, as C(influxctl cluster list) shows it.
      - If not set, it is taken from O(connection_profile), then from the environment variable E(INFLUXDB3_ACCOUNT_ID).
      - InfluxDB Clustered has no accounts. With O(product=clustered) the default is what InfluxData's own clients send
        there, V(11111111-1111-1111-1111-111111111111), and the environment variable counts only where
        E(INFLUXDB3_PRODUCT) is V(clustered) too.
    type: str
  cluster_id:
    description:
      - The id of the cluster, as C(influxctl cluster list) shows it.
      - If not set, it is taken from O(connection_profile), then from the environment variable E(INFLUXDB3_CLUSTER_ID).
      - With O(product=clustered) the default is that of O(account_id).
    type: str
  management_token:
    description:
      - The management token to authenticate with.
      - If not set, it is taken from O(connection_profile), then from the environment variable
        E(INFLUXDB3_MANAGEMENT_TOKEN).
      - The environment is that of the controller, with the C(environment) of play, block and task laid over it. Of
        these, no variable that begins with C(INFLUXDB3_) reaches a host.
    type: str
  url:
    description:
      - The address of the management service.
      - If not set, it is taken from the environment variable E(INFLUXDB3_URL),
        then it is V(https://console.influxdata.com).
      - InfluxDB Clustered is on a host of its operator, so that O(product=clustered) requires it. There a profile in
        O(connection_profile) counts before the environment variable, with its C(host) and C(port), and HTTP in place of
        HTTPS where it has C(disable = true) under C(tls).
      - C(influxctl) gets the host and the port of it, which is 443 where none is named.
    type: str
  api_path:
    description:
      - How the paths of the API are written. V(accounts) names account and cluster, as
        C(/api/v0/accounts/ACCOUNT_ID/clusters/CLUSTER_ID/tokens); V(flat) does not, as C(/api/v0/tokens).
      - V(flat) is for O(product=clustered) alone, and is how the reference of its API writes them,
        U(https://docs.influxdata.com/influxdb3/clustered/api/management-api/). InfluxData's own clients use V(accounts)
        with InfluxDB Clustered too. Try V(flat) where nothing is found.
    type: str
    choices: [accounts, flat]
    default: accounts
  ca_path:
    description:
      - A file of PEM certificates of the authorities to trust, in place of the usual ones.
      - If not set, it is taken from O(connection_profile), then from the environment variable E(INFLUXDB3_CA_PATH).
    type: path
  client_cert:
    description:
      - A file in PEM form with the certificate to show to a service that asks for one, and with its key where
        O(client_key) is not set.
      - If not set, it is taken from O(connection_profile).
    type: path
  client_key:
    description:
      - A file in PEM form with the key of O(client_cert), without a password.
      - If not set, it is taken from O(connection_profile).
    type: path
  validate_certs:
    description:
      - Whether to check the certificate of the service. Switch it off only for experiments.
    type: bool
    default: true
  timeout:
    description:
      - A number of seconds, more than 0 and at most 3600. Each of these may take so long - to connect, to begin TLS, to
        send a part of a request, from then on until the head of the answer is there, and from then on until the answer
        has come to its end, even where it comes byte by byte. The first try of a request and each of O(retries) have
        that time anew. To look up a name takes as long as the system lets it.
      - One run of influxctl may take so long as a whole, and is ended then. To ask for the time, which the management
        token modules do, ten seconds each are the most.
      - A host that tries a token has so many seconds to connect to each address of the service, and so many from the
        beginning of a request until it has read of the answer what it needs.
      - An answer of more than 128 MiB is refused. Of an error no more than the beginning counts, about 64 KiB. No
        compression is asked for, and a compressed answer is refused.
    type: float
    default: 30.0
  retries:
    description:
      - How often a request is sent again after a passing failure, such as a lost connection or the status 429, 502,
        503 or 504. A V(Retry-After) of up to a minute is honoured.
      - A request that creates something is sent again only where it cannot have been acted on, or where what came of
        it was revoked.
    type: int
    default: 3
  connection_profile:
    description:
      - The name of a profile in the influxctl configuration of the controller. What is not given as an option is taken
        from it.
      - For O(product=clustered), C(auth) of the profile is used where O(allow_cached_login) is set and no management
        token is given.
    type: str
  connection_config_path:
    description:
      - The influxctl configuration that holds O(connection_profile).
      - If not set, it is the file that influxctl itself uses,
        V(~/.config/influxctl/config.toml), on macOS V(~/Library/Application Support/influxctl/config.toml).
    type: path
  influxctl_path:
    description:
      - The C(influxctl) executable. If not set, it is looked up in E(PATH).
      - Used by the modules for management tokens, profiles, clusters and users, to restore a database by its name, and
        to list tables; the others accept it so that one set of defaults suits all.
    type: path
  allow_cached_login:
    description:
      - Whether modules that run C(influxctl) may do so without a management token, with the login that a
        person has made before. When that login has expired, influxctl waits for a browser until O(timeout).
      - With O(product=clustered), O(connection_profile) must name a profile with C(auth), which says who logs people
        in.
    type: bool
    default: false
requirements:
  - httpx >= 0.28.1
  - tenacity >= 9.0.0
  - tomlkit >= 0.13.0
"""

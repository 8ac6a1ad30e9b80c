# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""List clusters: documentation only; the action plugin of this name does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_info
short_description: List the clusters of an InfluxDB Cloud Dedicated account
version_added: 0.2.0
description:
  - Lists the clusters of an account as C(influxctl cluster list) tells of them.
  - InfluxDB Clustered is one cluster and has no such list, which the module says.
  - What influxctl leaves out is null, and what else it tells is left out.
author:
  - influxdb3.management contributors (!UNKNOWN)
extends_documentation_fragment:
  - influxdb3.management._attributes
  - influxdb3.management._attributes.action
  - influxdb3.management._attributes.group
  - influxdb3.management._attributes.info
  - influxdb3.management._connection
requirements:
  - influxctl
seealso:
  - module: influxdb3.management.user_info
"""

EXAMPLES = r"""
- name: List the clusters of the account
  influxdb3.management.cluster_info:
  register: account

- name: Show where each of them serves its data
  ansible.builtin.debug:
    msg: "{{ account.clusters | items2dict(key_name='name', value_name='url') }}"
"""

RETURN = r"""
clusters:
  description: The clusters, as influxctl lists them.
  returned: success
  type: list
  elements: dict
  contains:
    account_id:
      description: The id of the account.
      returned: success
      type: str
      sample: 11111111-1111-4111-8111-111111111111
    cluster_id:
      description: The id of the cluster.
      returned: success
      type: str
      sample: 33333333-3333-4333-8333-333333333333
    name:
      description: The name of the cluster.
      returned: success
      type: str
      sample: production
    url:
      description: Where the cluster serves its data.
      returned: success
      type: str
      sample: https://33333333-3333-4333-8333-333333333333.a.influxdb.io
    state:
      description: The state of the cluster, such as V(ready).
      returned: success
      type: str
      sample: ready
    category:
      description: A number that influxctl tells; what it means is documented nowhere.
      returned: success
      type: int
      sample: 1
    created_at:
      description: When the cluster was created, in RFC 3339.
      returned: success
      type: str
      sample: "2026-03-02T04:20:19Z"
"""

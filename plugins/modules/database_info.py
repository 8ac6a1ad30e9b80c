# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""List databases: documentation only; the action plugin of this name does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: database_info
short_description: List databases of an InfluxDB 3 Cloud Dedicated cluster
version_added: 0.2.0
description:
  - Lists databases with everything the service tells of them. Deleted ones are not among them.
author:
  - influxdb3.management contributors (!UNKNOWN)
extends_documentation_fragment:
  - influxdb3.management._attributes
  - influxdb3.management._attributes.action
  - influxdb3.management._attributes.group
  - influxdb3.management._attributes.info
  - influxdb3.management._connection
options:
  name:
    description: Only the database of exactly this name.
    type: str
seealso:
  - module: influxdb3.management.database
"""

EXAMPLES = r"""
- name: List the databases
  influxdb3.management.database_info:
  register: listed

- name: Show those that keep their data for ever
  ansible.builtin.debug:
    msg: "{{ listed.databases | selectattr('retention', 'eq', 'infinite') | map(attribute='name') | list }}"
"""

RETURN = r"""
databases:
  description: The databases, by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the database.
      returned: success
      type: str
      sample: metrics
    retention_period:
      description: For how long data is kept, in nanoseconds; 0 is for ever.
      returned: success
      type: int
      sample: 2592000000000000
    retention:
      description: The same in words, V(infinite) or such as V(30d).
      returned: success
      type: str
      sample: 30d
    max_tables:
      description: How many tables the database may have.
      returned: success
      type: int
      sample: 500
    max_columns_per_table:
      description: How many columns a table may have.
      returned: success
      type: int
      sample: 200
    partition_template:
      description: How data is divided; the day, where the service shows none.
      returned: success
      type: list
      elements: dict
      sample: [{type: time, value: "%Y-%m-%d"}]
"""

# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Manage many databases: documentation only; the action plugin of this name does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: databases
short_description: Manage many databases of an InfluxDB 3 Cloud Dedicated cluster at once
version_added: 0.2.0
description:
  - Does for a list of databases what M(influxdb3.management.database) does for one, with one list of what the cluster
    has, one plan, and several requests at once.
  - A mistake in any entry fails the task before anything is sent, and says which entry it is. So does what no entry can
    be planned with.
author:
  - influxdb3.management contributors (!UNKNOWN)
extends_documentation_fragment:
  - influxdb3.management._attributes
  - influxdb3.management._attributes.action
  - influxdb3.management._attributes.group
  - influxdb3.management._connection
  - influxdb3.management._set.concurrency
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With C(restore) and C(id), a second run fails, as the name is in use then.
options:
  databases:
    description:
      - The databases. Each entry has the options of M(influxdb3.management.database).
      - No two entries may be about one name, as C(name) or as C(rename_from).
    type: list
    elements: dict
    required: true
    suboptions:
      state:
        description: Whether the database is to exist, or to be deleted.
        type: str
        choices: [present, absent]
        default: present
      name:
        description: The name of the database.
        type: str
        required: true
      retention_period:
        description: How long data is kept, such as V(30d), V(1y) or V(infinite).
        type: raw
      max_tables:
        description: How many tables the database may have.
        type: int
      max_columns_per_table:
        description: How many columns a table may have.
        type: int
      partition_template:
        description: How data is divided, given at the creation.
        type: list
        elements: dict
        suboptions:
          type:
            description: What the part divides by.
            type: str
            choices: [time, tag, bucket]
            required: true
          value:
            description: A form of time, the name of a tag, or a dictionary of C(tag_name) and C(number_of_buckets).
            type: raw
            required: true
      rename_from:
        description: The old name of the database, which gets its new one in place.
        type: str
      update_tokens:
        description: With C(rename_from), whether the permissions of live database tokens follow.
        type: bool
        default: false
      restore:
        description: Whether to bring a deleted database back, as it was.
        type: bool
        default: false
      id:
        description: The id of a deleted database to restore.
        type: int
      allow_data_loss:
        description: Whether this entry may delete a database, or have one keep its data for a shorter time.
        type: bool
        default: false
seealso:
  - module: influxdb3.management.database
  - module: influxdb3.management.database_info
notes:
  - A task that is interrupted, or runs into its C(timeout), starts no further entry, and ends what is under way.
  - With C(-v) a line every few seconds says how far the task is.
"""

EXAMPLES = r"""
- name: Have a database for each room
  influxdb3.management.databases:
    databases:
      - {name: kitchen, retention_period: 30d}
      - {name: cellar, retention_period: 1y}

- name: Have one of them no more, and all others as they are
  influxdb3.management.databases:
    databases:
      - {name: kitchen, retention_period: 30d}
      - {name: cellar, state: absent, allow_data_loss: true}
"""

RETURN = r"""
results:
  description:
    - What became of each entry of O(databases), in their order.
  returned: success, and a failure after the plan was made
  type: list
  elements: dict
  contains:
    name:
      description: The name.
      returned: always
      type: str
      sample: kitchen
    outcome:
      description:
        - V(ok), where the database is as wanted. V(failed), where something went wrong. V(not_started), where the task
          ended before its turn.
      returned: always
      type: str
      sample: ok
    changed:
      description: Whether anything was changed, or in check mode would be.
      returned: always
      type: bool
      sample: true
    reason:
      description: Why it was done, or what went wrong, in words.
      returned: always
      type: str
      sample: no database has the name 'kitchen'
    database:
      description: As M(influxdb3.management.database) returns it.
      returned: when outcome is ok
      type: dict
      sample: {name: kitchen, retention_period: 30d}
    tokens_losing_access:
      description: As M(influxdb3.management.database) returns it.
      returned: when outcome is ok
      type: list
      elements: dict
      sample: []
    tokens_gaining_access:
      description: As M(influxdb3.management.database) returns it.
      returned: when outcome is ok
      type: list
      elements: dict
      sample: []
    tokens_updated:
      description: As M(influxdb3.management.database) returns it.
      returned: when outcome is ok
      type: list
      elements: dict
      sample: []
    done:
      description: What was done all the same, step by step.
      returned: when outcome is not ok
      type: list
      elements: str
      sample: []
"""

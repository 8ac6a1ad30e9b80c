# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Manage a database: documentation only; the action plugin of this name does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: database
short_description: Manage a database of an InfluxDB 3 Cloud Dedicated cluster
version_added: 0.2.0
description:
  - Creates, changes, renames, deletes and restores a database.
  - Only what is set is sent and compared. What is not set stays as it is, and is the service's default in a new
    database.
  - Nothing that loses data is done without O(allow_data_loss).
  - Database tokens name databases by their names. The task says which live tokens lose or get access by what it does.
author:
  - influxdb3.management contributors (!UNKNOWN)
extends_documentation_fragment:
  - influxdb3.management._attributes
  - influxdb3.management._attributes.action
  - influxdb3.management._attributes.group
  - influxdb3.management._connection
  - influxdb3.management._partition_template
attributes:
  check_mode:
    support: full
    details:
      - Every refusal that needs no attempt comes in check mode too. Whether a deleted database has the O(id) to
        restore, nobody can tell before.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(restore) and O(id), a second run fails, as the name is in use then.
options:
  state:
    description:
      - V(present) has the database as the other options say, V(absent) has it deleted.
      - A deleted database can be restored for about a week.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the database - 1 to 64 letters, digits, C(_), C(-) and C(/), not with C(_) at its beginning.
        Capitals count.
    type: str
    required: true
  retention_period:
    description:
      - How long data is kept, at least an hour - V(infinite), or whole numbers of V(y) (365 days), V(mo) (30 days),
        V(w), V(d), V(h) and V(m), such as V(30d), V(1y) or V(1h30m).
      - A whole number without a unit counts nanoseconds, as the service does; V(0) is V(infinite).
      - A shorter one than the database has loses data, and needs O(allow_data_loss).
      - If not set, a new database keeps its data for ever, and an existing one its period.
    type: raw
  max_tables:
    description: How many tables the database may have, at least 1.
    type: int
  max_columns_per_table:
    description: How many columns a table may have, from 1 to 1000.
    type: int
  partition_template:
    description:
      - How data is divided, as a list of 1 to 8 parts whose order counts - exactly one of the type V(time), and up to
        seven of the types V(tag) and V(bucket), each of another tag. The default is the day, V(%Y-%m-%d).
      - It is given at the creation and can never be changed. Where an existing database has another one, a warning
        shows both, and nothing is done about it.
  rename_from:
    description:
      - The old name of the database. It gets its new one in place, with all its data.
      - Where only the new name is there, the renaming is done already, and nothing is to do.
      - Where both are there, the task fails, and so it does where neither is, as an empty database would be no renamed
        one. Leave this option out to have one created.
    type: str
  update_tokens:
    description:
      - With O(rename_from), whether the permissions of live database tokens that name the old name get the new one in
        its place, after the renaming. Nothing else of a token is changed.
      - A run that fails in the middle of that says which are done, and the next one goes on.
    type: bool
    default: false
  restore:
    description:
      - Whether to bring a deleted database back, as it was. It takes no other setting.
      - With O(id), it is found by that. Otherwise it is found by its name, through C(influxctl), which lists deleted
        databases. Then a database of the name that is there is left alone where none is deleted.
      - Where the name is in use, the task fails.
    type: bool
    default: false
  id:
    description:
      - The id of a deleted database to restore, a whole number. O(name) must be its name.
    type: int
  allow_data_loss:
    description:
      - Whether this task may delete a database, or have one keep its data for a shorter time.
    type: bool
    default: false
seealso:
  - module: influxdb3.management.database_info
  - module: influxdb3.management.database_token
  - name: Management API
    description: The interface this module uses.
    link: https://docs.influxdata.com/influxdb3/cloud-dedicated/api/management/
"""

EXAMPLES = r"""
- name: Have a database that keeps its data for 30 days
  influxdb3.management.database:
    name: metrics
    retention_period: 30d

- name: Have a database that is divided by month and by room
  influxdb3.management.database:
    name: climate
    max_tables: 100
    max_columns_per_table: 50
    partition_template:
      - {type: time, value: "%Y-%m"}
      - {type: tag, value: room}
      - type: bucket
        value: {tag_name: sensor, number_of_buckets: 50}

- name: Keep the data for less time, and lose what is older
  influxdb3.management.database:
    name: metrics
    retention_period: 7d
    allow_data_loss: true

- name: Give it another name, and have the permissions of its tokens follow
  influxdb3.management.database:
    name: telemetry
    rename_from: metrics
    update_tokens: true

- name: Delete a database
  influxdb3.management.database:
    name: telemetry
    state: absent
    allow_data_loss: true

- name: Bring it back, within a week
  influxdb3.management.database:
    name: telemetry
    restore: true
"""

RETURN = r"""
database:
  description:
    - The database as it is after this task, or in check mode would be. In check mode, what is not set of a new database
      is null, and so is the whole of one to restore.
    - Null when the database is absent.
  returned: success
  type: dict
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
      description: The same as O(retention_period) takes it.
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
      description: How data is divided, as O(partition_template) takes it; the day, where the service shows none.
      returned: success
      type: list
      elements: dict
      sample: [{type: time, value: "%Y-%m-%d"}]
reason:
  description: Why the task did what it did, in words.
  returned: success
  type: str
  sample: no database has the name 'metrics'
tokens_losing_access:
  description:
    - The live database tokens that name the database which this task deletes or renames, and so lose access to it, as
      RV(influxdb3.management.database_token#module:metadata) has them. A warning names them too.
  returned: success
  type: list
  elements: dict
  sample: []
tokens_gaining_access:
  description:
    - The live database tokens that name the database already which this task creates, restores or gives its name. A
      warning names them too.
  returned: success
  type: list
  elements: dict
  sample: []
tokens_updated:
  description: The live database tokens whose permissions O(update_tokens) has follow, as they are after that.
  returned: success
  type: list
  elements: dict
  sample: []
"""

# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Manage a table: documentation only; the action plugin of this name does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: table
short_description: Manage a table of a database of an InfluxDB 3 Cloud Dedicated cluster
version_added: 0.2.0
description:
  - Creates, renames, deletes and restores a table.
  - A table is made by the first data that is written to it, too. Creating it before is for its partition template.
  - The management service does not list tables. Without O(list_by), what is there shows only by what the service
    answers to a change, and a dry run cannot know it.
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
    support: partial
    details:
      - Where it is not known what is there, a dry run says that it would change something, warns that this cannot be
        known, and returns RV(certain) as false. With O(list_by=influxctl) it knows.
      - A database that is not there is a warning in a dry run, as an earlier task may be to create it.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(restore), a second run fails, as there is no deleted table of this id then.
      - Deleting a table needs O(allow_data_loss) even where it is gone already, unless O(list_by=influxctl) tells so.
options:
  state:
    description:
      - V(present) has the table there, V(absent) has it deleted.
      - A deleted table can be restored for about a week. Data that is written by its name makes it anew; wait two or
        three minutes before a name is used again.
    type: str
    choices: [present, absent]
    default: present
  database:
    description: The name of the database, which must be there.
    type: str
    required: true
  name:
    description: The name of the table. Capitals count.
    type: str
    required: true
  partition_template:
    description:
      - How data is divided, as a list of 1 to 8 parts whose order counts - exactly one of the type V(time), and up to
        seven of the types V(tag) and V(bucket), each of another tag. The default is that of the database.
      - It is given at the creation and can never be changed. That of a table that is there cannot be read here, so it
        is not compared.
  rename_from:
    description:
      - The old name of the table. It gets its new one in place, with all its data.
      - Where O(list_by) tells that only the new name is there, nothing is to do, and where both or neither are, the
        task fails. Without it, a table of the old name that is not there gives a warning.
    type: str
  restore:
    description: Whether to bring a deleted table back, as it was. It needs O(id).
    type: bool
    default: false
  id:
    description: The id of a deleted table to restore, a whole number. O(name) must be its name.
    type: int
  allow_data_loss:
    description: Whether this task may delete a table.
    type: bool
    default: false
  list_by:
    description:
      - How the tables are listed before. With V(influxctl), by C(influxctl), which knows all of them. With V(data), by
        the cluster's data host, which knows those with data.
      - If not set, they are not listed.
    type: str
    choices: [influxctl, data]
  data_token:
    description: For O(list_by=data), a database token that may read the database. It goes to the data host alone.
    type: str
  data_url:
    description:
      - The address of the cluster's data host, as C(influxctl cluster list) shows it.
      - The default is C(https://<cluster_id>.a.influxdb.io).
    type: str
seealso:
  - module: influxdb3.management.database
  - name: Management API
    description: The interface this module uses.
    link: https://docs.influxdata.com/influxdb3/cloud-dedicated/api/management/
"""

EXAMPLES = r"""
- name: Have the database
  influxdb3.management.database:
    name: climate

- name: Have a table that is divided by month and by room
  influxdb3.management.table:
    database: climate
    name: rooms
    partition_template:
      - {type: time, value: "%Y-%m"}
      - {type: tag, value: room}

- name: Give it another name
  influxdb3.management.table:
    database: climate
    name: chambers
    rename_from: rooms
    list_by: influxctl

- name: Delete it
  influxdb3.management.table:
    database: climate
    name: chambers
    state: absent
    allow_data_loss: true
"""

RETURN = r"""
table:
  description:
    - The table as it is after this task, or in check mode would be. Null when it is absent.
  returned: success
  type: dict
  contains:
    database:
      description: The name of the database.
      returned: success
      type: str
      sample: climate
    name:
      description: The name of the table.
      returned: success
      type: str
      sample: rooms
    partition_template:
      description: How data is divided, where the task says it; null otherwise, as it cannot be read.
      returned: success
      type: list
      elements: dict
      sample: [{type: time, value: "%Y-%m"}]
certain:
  description: Whether it is known that C(changed) is right. It is false in a dry run that cannot know what is there.
  returned: success
  type: bool
  sample: true
reason:
  description: Why the task did what it did, in words.
  returned: success
  type: str
  sample: the table 'rooms' to create
"""

# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Manage a database token: documentation only; the action plugin of this name does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: database_token
short_description: Manage a database token of an InfluxDB 3 Cloud Dedicated cluster
version_added: 0.1.0
description:
  - Creates, changes and revokes a database token, which authorizes reading and writing data.
  - A token is known by its description among the live tokens. Its string exists once, in the answer to its creation,
    and goes either into the registered result or into a file.
  - Tell the module what the consumer of the token holds, with O(secret_file) or O(held_id), and it notices when that
    token has been revoked, has expired or was lost, and creates another.
author:
  - influxdb3.management contributors (!UNKNOWN)
extends_documentation_fragment:
  - influxdb3.management._attributes
  - influxdb3.management._attributes.action
  - influxdb3.management._attributes.group
  - influxdb3.management._attributes.token
  - influxdb3.management._connection
  - influxdb3.management._token
options:
  permissions:
    description:
      - Everything the token allows; the order does not matter. An empty list allows nothing.
      - If not set, a token that is created allows nothing, and an existing one keeps its permissions.
      - A change goes to the current token and to those that O(secret_file) held before. Where the consumer holds a
        token with another description, other permissions than that one has fail the task.
    type: list
    elements: dict
    suboptions:
      action:
        description: What is allowed.
        type: str
        choices: [read, write]
        required: true
      resource:
        description: The name of a database, or V(*) for all.
        type: str
        required: true
  held_id:
    description:
      - The id of the token that the consumer holds, or an empty string when it holds none.
      - When no live token has it, a new one is created. See O(on_other_description) for one with another description.
      - One that the list lacks is asked for by its id. If the service itself does not answer that there is none, the
        task fails.
      - If neither this nor O(secret_file) is set, any live token of this description will do.
    type: str
  check_databases:
    description:
      - Whether to list the databases first, and to warn where the token may use one that does not exist. A mistyped
        name is no error to the service.
    type: bool
    default: false
  verify:
    description:
      - Whether the host that keeps O(secret_file) tries the token on the cluster's data host before the task ends, and
        before any predecessor is revoked. A new token may take seconds to minutes to become active.
      - A token that may read a database is tried with a list of its measurements there, one that may write with nothing
        to write. That the data host can be reached is looked at before a token is made, in check mode too.
      - A token that is not accepted within O(verify_wait) stays where it is, and the task fails and names its id, as
        the data host does not tell one that is not active yet from one that may not. The next run tries it first, and
        makes no other unless O(force_renew) is set.
    type: bool
    default: false
  verify_database:
    description:
      - The database to try the token with. By default the first that O(permissions) name, reading before writing.
      - Needed where they name none but V(*).
    type: str
  verify_wait:
    description:
      - For how long the token is tried. The task holds back signals as long.
    type: str
    default: 2m
  data_url:
    description:
      - The address of the cluster's data host, as C(influxctl cluster list) shows it.
      - The default is C(https://<cluster_id>.a.influxdb.io), or O(url) with O(product=clustered).
    type: str
seealso:
  - module: influxdb3.management.database
  - module: influxdb3.management.database_token_info
  - module: influxdb3.management.management_token
  - name: Management API
    description: The interface this module uses.
    link: https://docs.influxdata.com/influxdb3/cloud-dedicated/api/management/
"""

EXAMPLES = r"""
- name: Have a database token for Telegraf in a file on its host that only its owner can read, and renew it in time
  influxdb3.management.database_token:
    description: telegraf on {{ inventory_hostname }}
    permissions:
      - action: write
        resource: metrics
    lifetime: 90d
    renew_before: 14d
    overlap: 1d
    secret_file: ~/.config/telegraf/influxdb.token

- name: Have a database token for a program that reads its environment from a file
  influxdb3.management.database_token:
    description: reports on {{ inventory_hostname }}
    permissions:
      - {action: read, resource: metrics}
    lifetime: 90d
    renew_before: 20%
    secret_file: ~/reports.env
    secret_format: INFLUX_TOKEN={token}

- name: Replace it after a leak, and revoke what the file held before
  influxdb3.management.database_token:
    description: reports on {{ inventory_hostname }}
    lifetime: 90d
    force_renew: true
    overlap: 0s
    secret_file: ~/reports.env
    secret_format: INFLUX_TOKEN={token}

- name: Have a token that reads every database, and keep its string for later tasks
  influxdb3.management.database_token:
    description: dashboard
    permissions:
      - {action: read, resource: "*"}
  register: dashboard

- name: Hand it on when there is a new one, which a second run and a dry run have not
  ansible.builtin.copy:
    content: "{{ dashboard.token }}"
    dest: ~/dashboard.token
    mode: "0600"
  no_log: true
  when: dashboard.token is defined

- name: Rename a token, and take all its permissions away
  influxdb3.management.database_token:
    id: "{{ dashboard.metadata.id }}"
    description: dashboard, retired
    permissions: []

- name: Revoke a token
  influxdb3.management.database_token:
    description: dashboard, retired
    state: absent
"""

RETURN = r"""
metadata:
  description:
    - The token that the consumer holds after this task. In check mode, a token that would be created has no
      RV(metadata.id).
    - Null when the token is absent.
  returned: success
  type: dict
  contains:
    id:
      description: The id of the token.
      returned: success
      type: str
      sample: 55555555-5555-4555-8555-555555555555
    description:
      description: The description of the token.
      returned: success
      type: str
      sample: telegraf on web1
    status:
      description: V(live), V(expired) or V(revoked).
      returned: success
      type: str
      sample: live
    created_at:
      description: When the token was created, in RFC 3339.
      returned: success
      type: str
      sample: "2026-03-02T04:20:19Z"
    expires_at:
      description: When the token expires, in RFC 3339; null when it does not.
      returned: success
      type: str
      sample: "2026-05-31T04:20:19Z"
    revoked_at:
      description: When the token was revoked, in RFC 3339; null when it was not.
      returned: success
      type: str
      sample: null
    permissions:
      description: Everything the token allows.
      returned: success
      type: list
      elements: dict
      sample: [{action: write, resource: metrics}]
token:
  description:
    - The token string. The whole result is hidden from output then.
  returned: when a token was just created and no O(secret_file) is set
  type: str
  sample: apiv1_...
reason:
  description: Why the task did what it did, in words.
  returned: success
  type: str
  sample: no live database token has the description 'telegraf on web1'
predecessors:
  description:
    - The live tokens that the consumer held before, which are those that O(secret_file) remembers and the one that got
      a successor in this task. Each is in the shape of RV(metadata), with C(revoke_at), the time from which a run with
      this O(overlap) revokes it; null when none does.
  returned: success
  type: list
  elements: dict
  sample: []
others:
  description:
    - All other live tokens with the same description. Each is in the shape of RV(metadata), with C(revoke_at), the time
      from which a run with O(others=revoke) revokes it; null when none does.
  returned: success
  type: list
  elements: dict
  sample: []
revoked:
  description:
    - The tokens that this task revoked as it was asked to, or in check mode would revoke, each in the shape of
      RV(metadata), as it is after that.
    - Its C(revoked_at) is the service's time when this task looked at the list, as no list is asked for afterwards. The
      service may have noted a later second.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 55555555-5555-4555-8555-555555555555
      description: telegraf on web1
      status: revoked
      created_at: "2026-03-02T04:20:19Z"
      expires_at: "2026-05-31T04:20:19Z"
      revoked_at: "2026-05-14T04:20:19Z"
      permissions: [{action: write, resource: metrics}]
cleaned_up:
  description:
    - Tokens that this task made and whose string was lost on its way, so that they were revoked again, each in the
      shape of RV(metadata), as it is after that; C(revoked_at) is as in RV(revoked). A warning names them too.
  returned: when there are any, also on failure
  type: list
  elements: dict
  sample: []
"""

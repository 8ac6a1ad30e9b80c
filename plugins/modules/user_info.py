# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""List users: documentation only; the action plugin of this name does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: user_info
short_description: List the users of an InfluxDB Cloud Dedicated account or an InfluxDB cluster
version_added: 0.2.0
description:
  - Lists users as C(influxctl user list) tells of them.
  - The shape of that list is documented nowhere, so it is read with tolerance - what influxctl leaves out is null, and
    what else it tells is left out.
  - Users cannot be managed. InfluxData invites and removes those of an account, and with InfluxDB Clustered they are
    those of the identity provider.
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
  - module: influxdb3.management.management_token_info
"""

EXAMPLES = r"""
- name: List the users
  influxdb3.management.user_info:
  register: account

- name: List the live management tokens
  influxdb3.management.management_token_info:
  register: tokens

- name: Show the tokens whose maker is no longer among the users
  ansible.builtin.debug:
    msg: "{{ tokens.management_tokens | rejectattr('created_by', 'in', account.users | map(attribute='id')) }}"
"""

RETURN = r"""
users:
  description: The users, as influxctl lists them.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id of the user. Management tokens name it as their C(created_by).
      returned: success
      type: str
      sample: 11111111-1111-4111-8111-111111111111
    email:
      description: The e-mail address of the user.
      returned: success
      type: str
      sample: admin@example.com
    first_name:
      description: The first name of the user.
      returned: success
      type: str
      sample: Ada
    last_name:
      description: The last name of the user.
      returned: success
      type: str
      sample: Lovelace
    role:
      description: The role of the user, such as V(admin).
      returned: success
      type: str
      sample: admin
    state:
      description: The state of the user, such as V(active).
      returned: success
      type: str
      sample: active
    created_at:
      description: When the user was created, in RFC 3339.
      returned: success
      type: str
      sample: "2026-03-02T04:20:19Z"
"""

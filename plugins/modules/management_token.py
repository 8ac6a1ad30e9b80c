# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Manage a management token: documentation only; the action plugin of this name does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: management_token
short_description: Manage a management token of an InfluxDB 3 Cloud Dedicated account
version_added: 0.1.0
description:
  - Creates and revokes a management token, which authorizes administration; through C(influxctl), the only public
    interface to management tokens.
  - A token is known by its description among the live tokens. Its string exists once, in the output of its creation,
    and goes either into the registered result or into a file.
  - Tell the module what the consumer of the token holds, with O(secret_file) or O(held_prefix), and it notices when
    that token has been revoked, has expired or was lost, and creates another.
  - Management tokens belong to the account, not to one cluster, and carry the rights of an administrator. InfluxData
    means them for automation; do not use them to circumvent the identity provider.
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
  held_prefix:
    description:
      - The first nine characters of the token that the consumer holds, such as V(M.V1.+5Jk), or an empty string when it
        holds none. They are public; C(influxctl management list) shows them.
      - When the token is expired or revoked, a new one is created. See O(on_other_description) for one with another
        description.
      - When no token that is listed has them, not even a revoked one, the task fails, as a token that was just made may
        be listed later. O(force_renew), set once, or an empty string has a new one created all the same.
      - If neither this nor O(secret_file) is set, any live token of this description will do.
    type: str
requirements:
  - influxctl >= 2.6.0, and >= 2.10.0 for tokens without expiry
notes:
  - Nothing about a management token can be changed. Giving O(id) and another O(description) is an error.
  - The token that the task itself authenticates with is not revoked; asking for it is an error.
  - It is not documented whether a management token may create another one. If the service refuses, use a token that an
    Admin made, or O(allow_cached_login) with the login of an Admin.
seealso:
  - module: influxdb3.management.management_token_info
  - module: influxdb3.management.influxctl_profile
  - module: influxdb3.management.database_token
  - name: Manage management tokens
    description: What management tokens are for.
    link: https://docs.influxdata.com/influxdb3/cloud-dedicated/admin/tokens/management/
"""

EXAMPLES = r"""
- name: Have a management token for the backup job in a file on its host that only its owner can read
  influxdb3.management.management_token:
    description: backup job
    lifetime: 30d
    renew_before: 20%
    overlap: 1d
    secret_file: ~/.config/backup/influxdb.token

- name: Have a management token, and register the result, which holds its string when it is made
  influxdb3.management.management_token:
    description: influxctl on {{ inventory_hostname }}
    expires_at: "2099-01-31T00:00:00Z"
  register: automation

- name: Create another one if the host does not hold a live one
  influxdb3.management.management_token:
    description: influxctl on {{ inventory_hostname }}
    held_prefix: "{{ automation.metadata.prefix }}"
  register: automation_again

- name: Revoke every token with this description
  influxdb3.management.management_token:
    description: influxctl on {{ inventory_hostname }}
    others: revoke
    state: absent
"""

RETURN = r"""
metadata:
  description:
    - The token that the consumer holds after this task. In check mode, a token that would be created has no
      RV(metadata.id).
    - A token that was made and is not listed within O(timeout) has no RV(metadata.id) either. Until it is listed, it is
      told by its RV(metadata.prefix), and its times are those that were asked for. A warning says so.
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
      sample: backup job
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
      sample: "2026-04-01T04:20:19Z"
    revoked_at:
      description: When the token was revoked, in RFC 3339; null when it was not.
      returned: success
      type: str
      sample: null
    prefix:
      description: The first nine characters of the token string. They are public.
      returned: success
      type: str
      sample: M.V1.+5Jk
    created_by:
      description: The id of the user who created the token, where the service tells.
      returned: success
      type: str
      sample: 11111111-1111-4111-8111-111111111111
token:
  description:
    - The token string. The whole result is hidden from output then.
  returned: when a token was just created and no O(secret_file) is set
  type: str
  sample: M.V1...
reason:
  description: Why the task did what it did, in words.
  returned: success
  type: str
  sample: no live management token has the description 'backup job'
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
      description: backup job
      status: revoked
      created_at: "2026-03-02T04:20:19Z"
      expires_at: "2026-04-01T04:20:19Z"
      revoked_at: "2026-03-26T04:20:19Z"
      prefix: M.V1.+5Jk
      created_by: 11111111-1111-4111-8111-111111111111
cleaned_up:
  description:
    - Tokens that this task made and whose string was lost on its way, so that they were revoked again, each in the
      shape of RV(metadata), as it is after that; C(revoked_at) is as in RV(revoked). A warning names them too.
  returned: when there are any, also on failure
  type: list
  elements: dict
  sample: []
"""

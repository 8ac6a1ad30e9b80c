# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""List management tokens: documentation only; the action plugin of this name does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: management_token_info
short_description: List management tokens of an InfluxDB 3 Cloud Dedicated account
version_added: 0.1.0
description:
  - Lists management tokens with everything the service tells of them.
  - Token strings are not among it; nobody can read them back.
author:
  - influxdb3.management contributors (!UNKNOWN)
extends_documentation_fragment:
  - influxdb3.management._attributes
  - influxdb3.management._attributes.action
  - influxdb3.management._attributes.group
  - influxdb3.management._attributes.info
  - influxdb3.management._connection
  - influxdb3.management._token.info
requirements:
  - influxctl >= 2.6.0
seealso:
  - module: influxdb3.management.management_token
"""

EXAMPLES = r"""
- name: List the live management tokens
  influxdb3.management.management_token_info:
  register: tokens

- name: Fail when one of them expires within two weeks
  influxdb3.management.management_token_info:
    expires_within: 14d
  register: expiring
  failed_when: expiring is failed or expiring.management_tokens | length > 0
"""

RETURN = r"""
management_tokens:
  description: The tokens that pass every filter, oldest first.
  returned: success
  type: list
  elements: dict
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
"""

# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""List database tokens: documentation only; the action plugin of this name does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: database_token_info
short_description: List database tokens of an InfluxDB 3 Cloud Dedicated cluster
version_added: 0.1.0
description:
  - Lists database tokens with everything the service tells of them.
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
seealso:
  - module: influxdb3.management.database_token
"""

EXAMPLES = r"""
- name: List the live database tokens
  influxdb3.management.database_token_info:
  register: tokens

- name: Fail when one of them expires within two weeks
  influxdb3.management.database_token_info:
    expires_within: 14d
  register: expiring
  failed_when: expiring is failed or expiring.database_tokens | length > 0
"""

RETURN = r"""
database_tokens:
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
    permissions:
      description: Everything the token allows.
      returned: success
      type: list
      elements: dict
      sample: [{action: write, resource: metrics}]
"""

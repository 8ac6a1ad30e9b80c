# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Manage many management tokens: documentation only; the action plugin of this name does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: management_tokens
short_description: Manage many management tokens of an InfluxDB 3 Cloud Dedicated account at once
version_added: 0.2.0
description:
  - Does for a list of tokens what M(influxdb3.management.management_token) does for one, with one list of what the
    account has, one plan, and several runs of influxctl at once.
  - A mistake in any entry fails the task before anything is sent, and says which entry it is. So does what no entry can
    be planned with.
  - With O(prune) it also revokes live tokens that are not listed.
author:
  - influxdb3.management contributors (!UNKNOWN)
extends_documentation_fragment:
  - influxdb3.management._attributes
  - influxdb3.management._attributes.action
  - influxdb3.management._attributes.group
  - influxdb3.management._attributes.token
  - influxdb3.management._connection
  - influxdb3.management._set
  - influxdb3.management._set.management_tokens
  - influxdb3.management._set.concurrency
options:
  tokens:
    description:
      - The tokens. Each entry has the options of M(influxdb3.management.management_token), which says more about each
        of them, but for those about the connection.
      - No two entries may have the same C(description), C(id) or C(secret_file), or turn out to be about the same
        token.
seealso:
  - module: influxdb3.management.management_token
  - module: influxdb3.management.management_token_info
"""

EXAMPLES = r"""
- name: Have a management token for each pipeline
  influxdb3.management.management_tokens:
    tokens:
      - {description: pipeline build, lifetime: 30d, renew_before: 7d}
      - {description: pipeline deploy, lifetime: 30d, renew_before: 7d}
  register: pipelines

- name: Hand on those that are new, which a second run and a dry run have not
  ansible.builtin.copy:
    content: "{{ item.token }}"
    dest: "~/{{ item.description }}.token"
    mode: "0600"
  loop: "{{ pipelines.results | selectattr('token', 'defined') }}"
  loop_control:
    label: "{{ item.description }}"
  no_log: true

- name: Revoke the tokens of pipelines that are not listed any more, at most five at a time
  influxdb3.management.management_tokens:
    tokens:
      - {description: pipeline build, lifetime: 30d, renew_before: 7d}
    prune:
      match: pipeline *
      max: 5
  register: pipelines
"""

RETURN = r"""
results:
  description:
    - What became of each entry of O(tokens), in their order.
  returned: success, and a failure after the plan was made
  type: list
  elements: dict
  contains:
    description:
      description: The description, where the entry has one.
      returned: where given
      type: str
      sample: pipeline build
    id:
      description: The id, where the entry has one.
      returned: where given
      type: str
      sample: 55555555-5555-4555-8555-555555555555
    outcome:
      description:
        - V(ok), where the token is as wanted. V(failed), where something went wrong. V(not_started), where the task
          ended before its turn. V(taken_back), where it was made, and revoked again as nobody would receive its string.
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
      sample: no live management token has the description 'pipeline build'
    token:
      description: The token string. The whole result is hidden from output then.
      returned: when it was just created without C(secret_file), and not revoked again
      type: str
      sample: M.V1....
    metadata:
      description: As M(influxdb3.management.management_token) returns it.
      returned: when outcome is ok
      type: dict
      sample: {id: 55555555-5555-4555-8555-555555555555, description: pipeline build, status: live}
    predecessors:
      description: As M(influxdb3.management.management_token) returns it.
      returned: when outcome is ok
      type: list
      elements: dict
      sample: []
    others:
      description: As M(influxdb3.management.management_token) returns it.
      returned: when outcome is ok
      type: list
      elements: dict
      sample: []
    revoked:
      description: As M(influxdb3.management.management_token) returns it.
      returned: when outcome is ok
      type: list
      elements: dict
      sample: []
    cleaned_up:
      description: As M(influxdb3.management.management_token) returns it.
      returned: when there are any
      type: list
      elements: dict
      sample: []
    done:
      description: What was done all the same, step by step, with the ids of the tokens.
      returned: when outcome is not ok
      type: list
      elements: str
      sample: ["changed 55555555-5555-4555-8555-555555555555"]
pruned:
  description:
    - The tokens that were revoked because of O(prune), or in check mode would be, in the shape of
      RV(results[].metadata).
  returned: when O(prune) is given
  type: list
  elements: dict
  sample: []
"""

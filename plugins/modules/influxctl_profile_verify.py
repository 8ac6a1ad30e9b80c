#!/usr/bin/python
# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Try the token of a profile on its host: documentation only; the action plugin of this name does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: influxctl_profile_verify
short_description: Verify on a host that the service accepts the management token of an influxctl profile
version_added: 0.1.0
description:
  - The host asks the management service with the token that is in its file. An answer of 200 is a success, and so is
    403, the answer to a live token that lacks the right to list tokens.
  - It tries again for a while when the service does not know the token yet (401), fails, or cannot be reached.
  - When it has succeeded, the previous file that M(influxdb3.management.influxctl_profile) kept with
    O(influxdb3.management.influxctl_profile#module:keep_previous) is removed.
  - Which account, cluster and address to ask is settled on the controller. Its certificates of O(ca_path) travel as
    text; without them those that the host trusts count. The token that the controller authenticates with is not used.
author:
  - influxdb3.management contributors (!UNKNOWN)
extends_documentation_fragment:
  - influxdb3.management._attributes
  - influxdb3.management._attributes.action
  - influxdb3.management._attributes.group
  - influxdb3.management._connection
attributes:
  check_mode:
    support: full
    details:
      - The service is asked, but the previous file stays.
  diff_mode:
    support: none
  idempotent:
    support: full
requirements:
  - tomlkit, on the controller
options:
  name:
    description:
      - The name of the profile on the host. O(connection_profile) is one on the controller.
    type: str
    required: true
  path:
    description:
      - The configuration file on the host, as an absolute path or one that begins with V(~).
      - The default is where influxctl looks for it, in the home folder of the user the task runs as -
        C(~/.config/influxctl/config.toml), on macOS C(~/Library/Application Support/influxctl/config.toml).
        To verify the file of another user, set C(become_user).
    type: path
  wait:
    description:
      - For how long to try again, such as V(2m). V(0s) is to try once.
    type: str
    default: 2m
notes:
  - This is an action plugin. TOML is read on the controller; the host needs Python, and a way to the service.
  - Proxies are those of the host's environment, or of the C(environment) of the task.
  - A redirect is not followed, as it would take the token to another place.
seealso:
  - module: influxdb3.management.influxctl_profile
  - module: influxdb3.management.influxctl_profile_info
"""

EXAMPLES = r"""
- name: Make a management token for this host
  influxdb3.management.management_token:
    description: influxctl on {{ inventory_hostname }}
    lifetime: 90d
  register: made

- name: Write it into a profile, and keep the file as it was
  influxdb3.management.influxctl_profile:
    name: default
    keep_previous: true
    settings:
      product: dedicated
      account_id: "{{ lookup('ansible.builtin.env', 'INFLUXDB3_ACCOUNT_ID') }}"
      cluster_id: "{{ lookup('ansible.builtin.env', 'INFLUXDB3_CLUSTER_ID') }}"
      mgmt_token: "{{ made.token | default(omit) }}"

- name: Verify on the host that its token works
  influxdb3.management.influxctl_profile_verify:
    name: default
    wait: 30s
"""

RETURN = r"""
path:
  description: The configuration file, with the home folder filled in.
  returned: success
  type: str
  sample: /home/telegraf/.config/influxctl/config.toml
mgmt_token_prefix:
  description:
    - The first 9 characters of the management token, by which influxctl lists it; null where it does not begin with
      V(M.V1.).
  returned: success
  type: str
  sample: M.V1.+5Jk
status:
  description: The status of the service's answer, V(200) or V(403).
  returned: success
  type: int
  sample: 200
"""

#!/usr/bin/python
# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""List the connection profiles of influxctl: documentation only; the action plugin of this name does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: influxctl_profile_info
short_description: List the connection profiles of influxctl on a host
version_added: 0.1.0
description:
  - Lists the profiles in influxctl's C(config.toml) on a host, without their secrets, and what is remembered of
    management tokens that M(influxdb3.management.influxctl_profile) has minted for them.
  - A file that is missing holds no profile. One that is not valid TOML is an error.
author:
  - influxdb3.management contributors (!UNKNOWN)
extends_documentation_fragment:
  - influxdb3.management._attributes
  - influxdb3.management._attributes.action
  - influxdb3.management._attributes.info
requirements:
  - tomlkit, on the controller
options:
  name:
    description:
      - Only the profile of this name. It is an error if there are several.
    type: str
  path:
    description:
      - The configuration file on the host, as an absolute path or one that begins with V(~).
      - The default is where influxctl looks for it, in the home folder of the user the task runs as -
        C(~/.config/influxctl/config.toml), on macOS C(~/Library/Application Support/influxctl/config.toml).
        To read the file of another user, set C(become_user).
    type: path
notes:
  - This is an action plugin. TOML is read on the controller; the host needs nothing but Python.
seealso:
  - module: influxdb3.management.influxctl_profile
  - module: influxdb3.management.management_token_info
"""

EXAMPLES = r"""
- name: Look at all profiles of the user
  influxdb3.management.influxctl_profile_info:
  register: influxctl

- name: Show their names
  ansible.builtin.debug:
    msg: "{{ influxctl.profiles | map(attribute='name') | join(', ') }}"

- name: Ask which management token the default profile holds
  influxdb3.management.influxctl_profile_info:
    name: default
  register: influxctl

- name: Show the beginning of that token
  ansible.builtin.debug:
    msg: "{{ influxctl.profiles | map(attribute='mgmt_token_prefix') | first | default('none') }}"

- name: See that no minted token still waits to be accepted
  ansible.builtin.assert:
    that: influxctl.profiles | map(attribute='mgmt_token_metadata') | select | rejectattr('accepted') | length == 0
    fail_msg: A token has not been accepted yet. Run the task that mints it again.
"""

RETURN = r"""
path:
  description: The configuration file, with the home folder filled in.
  returned: success
  type: str
  sample: /home/telegraf/.config/influxctl/config.toml
user:
  description: The user the task ran as on the host.
  returned: success
  type: str
  sample: telegraf
exists:
  description: Whether the configuration file is there.
  returned: success
  type: bool
  sample: true
profiles:
  description:
    - The profiles in the order of the file, each with all its keys.
    - In place of secrets there is V(true), or V(false) where they are empty.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the profile.
      returned: success
      type: str
      sample: default
    token:
      description: Whether there is a database token.
      returned: success
      type: bool
      sample: false
    mgmt_token:
      description: Whether there is a management token.
      returned: success
      type: bool
      sample: true
    mgmt_token_prefix:
      description:
        - The first 9 characters of the management token, by which influxctl lists it; null where there is none, or it
          does not begin with V(M.V1.).
      returned: success
      type: str
      sample: M.V1.+5Jk
    mgmt_token_metadata:
      description:
        - What is remembered beside the file of a management token that M(influxdb3.management.influxctl_profile) has
          minted for this profile; nothing of it is asked of the service.
        - It is null where the profile holds none, or one that was given or written by hand, or where what is
          remembered is of another one, missing, or cannot be read.
      returned: success
      type: dict
      contains:
        id:
          description: The id of the token, or null where it is not known yet.
          returned: always
          type: str
          sample: 018e3516-e5b0-79d4-9d73-90d9b6ed7fbc
        description:
          description: What the token was called when it was made.
          returned: always
          type: str
          sample: influxctl on web1
        created_at:
          description: When it was made.
          returned: always
          type: str
          sample: '2026-03-02T04:20:19Z'
        expires_at:
          description: When it ends, or null where it does not.
          returned: always
          type: str
          sample: '2026-05-31T04:20:19Z'
        accepted:
          description:
            - Whether the service has accepted it when the host tried it. If not, the next run of the task that minted
              it tries it first.
          returned: always
          type: bool
          sample: true
        replaced:
          description: The ids of the tokens that the profile held before and that may still be live, oldest first.
          returned: always
          type: list
          elements: str
          sample: []
  sample:
    - name: default
      product: dedicated
      account_id: 11111111-2222-4333-8444-555555555555
      cluster_id: 66666666-7777-4888-9999-000000000000
      token: false
      mgmt_token: true
      mgmt_token_prefix: M.V1.+5Jk
      mgmt_token_metadata:
        id: 018e3516-e5b0-79d4-9d73-90d9b6ed7fbc
        description: influxctl on web1
        created_at: '2026-03-02T04:20:19Z'
        expires_at: '2026-05-31T04:20:19Z'
        accepted: true
        replaced: []
"""

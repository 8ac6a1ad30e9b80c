#!/usr/bin/python
# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Manage a connection profile of influxctl: documentation only; the action plugin of this name does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: influxctl_profile
short_description: Manage a connection profile of influxctl on a host
version_added: 0.1.0
description:
  - Has one C([[profile]]) of influxctl's C(config.toml) on a host as wanted. Everything else in the file stays as it
    is, byte for byte - other profiles, comments, order, and keys this module does not know.
  - An option that is not given leaves its key alone. An option that is given empty (an empty string, list or
    dictionary) removes its key.
  - The file is replaced atomically, and only if it has not changed in the meantime. It gets the mode V(0600) and keeps
    its owner; where it is a link, the file it leads to is replaced. The default folder gets the mode V(0700), and so
    does every folder that has to be created; another folder that exists keeps its mode, with a warning if other users
    may write into it.
  - A file that is not valid TOML, or has a profile twice, is an error that leaves it untouched.
  - A removed profile takes its sub-tables with it, and the comment directly above it if an empty line separates that
    comment from what stands before. All other comments outside the profile stay, and so does a file without a profile
    left in it.
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
  diff_mode:
    support: full
    details:
      - The diff shows the one profile. Of O(settings.mgmt_token) it shows the first 9 characters, in place of other
        secrets a marker, and no comments.
  idempotent:
    support: full
requirements:
  - tomlkit, on the controller; with O(mint), httpx, tenacity and influxctl too
options:
  name:
    description:
      - The name of the profile. influxctl uses the one named V(default) where it is not told another.
    type: str
    required: true
  state:
    description:
      - Whether the profile should be there.
    type: str
    choices: [present, absent]
    default: present
  path:
    description:
      - The configuration file on the host, as an absolute path or one that begins with V(~).
      - The default is where influxctl looks for it, in the home folder of the user the task runs as -
        C(~/.config/influxctl/config.toml), on macOS C(~/Library/Application Support/influxctl/config.toml).
        To write the file of another user, set C(become_user).
    type: path
  backup:
    description:
      - Whether to keep a copy of the file, with the mode V(0600), before its content is changed.
      - The copy holds the secrets of the file as it was.
    type: bool
    default: false
  mint:
    description:
      - Has the profile hold a management token of its own, which is made for it, written, verified and renewed in time;
        all of it in this one task. An empty dictionary takes every default.
      - The token is made on the controller, with the connection that the options, O(connection_profile), the
        environment or C(module_defaults) of C(group/influxdb3.management.all) give. The host gets the new token alone.
      - The profile is for the cluster of that connection - what O(settings) does not give of O(settings.product),
        O(settings.account_id) and O(settings.cluster_id), or with V(clustered) of O(settings.product), O(settings.host)
        and O(settings.port), is taken from there, and what it gives otherwise is refused.
      - The host tries a new token on the management service as soon as it is written. When the service refuses it, the
        file is as it was, the token is revoked, and the task fails. When it cannot be told, because the service is out
        of the host's reach for example, the token stays, nothing is revoked, and the task fails and names it; the next
        run tries that one first, and makes no other.
      - What the profile holds counts. A token that is live stays, whoever made it, until its own expiry makes it due.
        Hidden beside the file is another, named after it and the profile, that remembers the token's id, and those that
        the profile held before.
      - With O(state=absent), the token that the profile holds, and those that it held before, are revoked before the
        profile is removed. Without O(mint), the token lives on, with a warning.
    type: dict
    suboptions:
      description:
        description:
          - The description of the token, such as nobody else's token has.
          - The default names the host, the user, the profile and the cluster, for example
            V(influxctl on web1 for deploy, profile default, cluster 3333). A cluster of InfluxDB Clustered is named by
            its host.
        type: str
      lifetime:
        description: How long the token lives, for example V(90d); V(never) is for one without an end.
        type: str
        default: 90d
      renew_before:
        description:
          - How long before its expiry it gets a successor, as a duration or as a percentage of O(mint.lifetime). The
            default is V(20%).
          - Runs must come more often than this.
        type: str
      overlap:
        description:
          - How long a predecessor may live beside its successor. A run after that revokes it. With V(0s), the run that
            makes the successor does. If not set, it lives until it expires.
          - Only what this profile held is ever revoked by this.
        type: str
      force_renew:
        description: Whether to make a successor now, whatever the expiry. Meant for a single run, such as after a leak.
        type: bool
        default: false
      verify_wait:
        description:
          - For how long the host tries a new token, as it may take a while to become active. The task holds back
            signals as long.
        type: str
        default: 2m
      others:
        description:
          - What becomes of other live tokens of the same description. They are named in a warning and kept, or with
            V(revoke) revoked once they and the token in place are older than O(mint.overlap), by default a day.
        type: str
        choices: [keep, revoke]
        default: keep
      on_other_description:
        description: What to do when the profile holds a live token of another description. It stays either way.
        type: str
        choices: [warn, fail]
        default: warn
      on_expiry_mismatch:
        description: What to do when the token in place has another expiry than wanted, which cannot be changed.
        type: str
        choices: [warn, fail]
        default: warn
  settings:
    description:
      - What the profile holds, named and nested as the keys of C(config.toml).
      - A key that is not given is left alone, an empty one is removed.
    type: dict
    suboptions:
      product:
        description:
          - V(dedicated) for InfluxDB Cloud Dedicated, V(clustered) for InfluxDB Clustered.
          - Required for a new profile.
        type: str
        choices: [dedicated, clustered]
      account_id:
        description:
          - The id of the account. Required for a new profile with O(settings.product=dedicated).
        type: str
      cluster_id:
        description:
          - The id of the cluster. Required for a new profile with O(settings.product=dedicated).
        type: str
      host:
        description:
          - The host of the cluster. Required for a new profile with O(settings.product=clustered).
        type: str
      port:
        description:
          - The port of the cluster. Required for a new profile with O(settings.product=clustered).
        type: str
      database:
        description:
          - The database that C(influxctl query) and C(influxctl write) use.
        type: str
      token:
        description:
          - The database token that C(influxctl query) and C(influxctl write) use.
        type: str
      mgmt_token:
        description:
          - The management token. It needs influxctl 2.6.0 or later.
          - A profile may have one management credential only, O(settings.mgmt_token), O(settings.auth.oauth2) or
            O(settings.auth.token). To change from one to another, set the one and give the other empty in one task.
          - To have one made, set O(mint) in its place. The controller's own token, with which it makes others, is
            refused on another host.
        type: str
      tls:
        description:
          - How to use TLS. An empty dictionary removes the whole table.
        type: dict
        suboptions:
          insecure:
            description: Whether to accept any certificate.
            type: bool
          disable:
            description: Whether to do without TLS.
            type: bool
          cert:
            description: The path of a client certificate on the host.
            type: str
          key:
            description: The path of the key of the client certificate on the host.
            type: str
          ca:
            description: The path of the certificates of the authorities to trust on the host.
            type: str
      auth:
        description:
          - How to log in where there is no O(settings.mgmt_token). An empty dictionary removes the whole table.
        type: dict
        suboptions:
          oauth2:
            description: The identity provider to log in to. An empty dictionary removes the table.
            type: dict
            suboptions:
              client_id:
                description: The id of influxctl as a client of the identity provider.
                type: str
              scopes:
                description: The scopes to ask for. The whole list is replaced.
                type: list
                elements: str
              parameters:
                description:
                  - Further parameters, each a string. The whole table is replaced.
                  - Those whose name speaks of a secret, password, passphrase, token, key, credential or assertion are
                    treated as secrets.
                type: dict
              token_url:
                description: The address of the token endpoint.
                type: str
              device_url:
                description: The address of the device authorization endpoint.
                type: str
          token:
            description: A token from a file. An empty dictionary removes the table.
            type: dict
            suboptions:
              token_file:
                description: The path of a file on the host that holds the token.
                type: str
notes:
  - This is an action plugin. TOML is edited on the controller; the host needs nothing but Python.
  - It takes one round trip to the host when nothing changes, two when something does, three when a token is made.
  - Secrets show neither at C(-vvv) nor with C(--diff), and no result holds them. They do show where they are written
    literally in a playbook, when Ansible prints the lines around an error; where a task loops over them, as Ansible
    prints the items of a loop; and with C(ANSIBLE_DEBUG), which prints the arguments of every module. Keep them in
    variables, and those in a vault.
seealso:
  - module: influxdb3.management.influxctl_profile_info
  - module: influxdb3.management.management_token
  - name: influxctl
    description: Its configuration file.
    link: https://docs.influxdata.com/influxdb3/cloud-dedicated/reference/cli/influxctl/
"""

EXAMPLES = r"""
- name: Let influxctl connect with a management token that is made for this host, and renewed in time
  influxdb3.management.influxctl_profile:
    name: default
    mint: {}

- name: Replace a token that has leaked, and revoke it in the same run
  influxdb3.management.influxctl_profile:
    name: default
    mint:
      force_renew: true
      overlap: 0s

- name: Let influxctl connect with a management token that was made by hand
  influxdb3.management.influxctl_profile:
    name: default
    settings:
      product: dedicated
      account_id: 11111111-2222-4333-8444-555555555555
      cluster_id: 66666666-7777-4888-9999-000000000000
      mgmt_token: "{{ lookup('ansible.builtin.env', 'AUTOMATION_TOKEN') }}"

- name: Add a private certificate authority and take the default database away
  influxdb3.management.influxctl_profile:
    name: default
    backup: true
    settings:
      tls:
        ca: /etc/ssl/certs/ca-certificates.crt
      database: ""

- name: Add a profile for a cluster of one's own, with a login by browser
  influxdb3.management.influxctl_profile:
    name: staging
    settings:
      product: clustered
      host: influxdb.example.com
      port: 443
      auth:
        oauth2:
          client_id: influxctl
          scopes: [openid, offline_access]
          token_url: https://identity.example.com/token
          device_url: https://identity.example.com/device

- name: Replace the login by a token from a file
  influxdb3.management.influxctl_profile:
    name: staging
    settings:
      auth:
        oauth2: {}
        token:
          token_file: /etc/influxctl/token

- name: Remove a profile
  influxdb3.management.influxctl_profile:
    name: staging
    state: absent
"""

RETURN = r"""
path:
  description: The configuration file, with the home folder filled in.
  returned: success
  type: str
  sample: /home/telegraf/.config/influxctl/config.toml
profile:
  description:
    - The profile as it is now, or in check mode would be, with all its keys; null if it is absent.
    - In place of secrets there is V(true), or V(false) where they are empty.
  returned: success
  type: dict
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
      description: The same as RV(mgmt_token_prefix).
      returned: success
      type: str
      sample: M.V1.+5Jk
  sample:
    name: default
    product: dedicated
    account_id: 11111111-2222-4333-8444-555555555555
    cluster_id: 66666666-7777-4888-9999-000000000000
    token: false
    mgmt_token: true
    mgmt_token_prefix: M.V1.+5Jk
mgmt_token_prefix:
  description:
    - The first 9 characters of the management token, by which influxctl lists it; null where there is none, or it does
      not begin with V(M.V1.).
  returned: success
  type: str
  sample: M.V1.+5Jk
reason:
  description: What was decided about the token, and why.
  returned: with O(mint)
  type: str
  sample: expires in 17 d, renew_before is 18 d
metadata:
  description:
    - The token as M(influxdb3.management.management_token) returns it, without RV(ignore:id) as long as it was made and
      no list shows it; null with O(state=absent).
  returned: with O(mint)
  type: dict
  sample:
    id: 3a82ab6e-5b1c-4f3e-9f6e-0d8b7a1c2e3f
    description: influxctl on web1 for deploy, profile default, cluster 3333
    status: live
    created_at: "2026-03-02T04:20:19Z"
    expires_at: "2026-05-31T04:20:19Z"
    revoked_at: null
    prefix: M.V1.+5Jk
    created_by: null
predecessors:
  description: Live tokens that the profile held before, each with RV(ignore:revoke_at), when a later run revokes it.
  returned: with O(mint)
  type: list
  elements: dict
  sample: []
others:
  description: All other live tokens of the description.
  returned: with O(mint)
  type: list
  elements: dict
  sample: []
revoked:
  description:
    - The tokens that were revoked, or in check mode would be, each in the shape of RV(metadata), as it is after that.
    - Its C(revoked_at) is the service's time when this task looked at the list, as no list is asked for afterwards. The
      service may have noted a later second.
  returned: with O(mint)
  type: list
  elements: dict
  sample:
    - id: 3a82ab6e-5b1c-4f3e-9f6e-0d8b7a1c2e3f
      description: influxctl on web1 for deploy, profile default, cluster 3333
      status: revoked
      created_at: "2026-03-02T04:20:19Z"
      expires_at: "2026-05-31T04:20:19Z"
      revoked_at: "2026-05-14T04:20:19Z"
      prefix: M.V1.+5Jk
      created_by: null
cleaned_up:
  description:
    - Tokens that this task made, could not deliver and revoked again, each in the shape of RV(metadata), as it is after
      that; C(revoked_at) is as in RV(revoked).
  returned: with O(mint), where there are any
  type: list
  elements: dict
  sample: []
backup_file:
  description: The copy of the file as it was.
  returned: when O(backup=true) and the content of a file that was there was changed
  type: str
  sample: /home/telegraf/.config/influxctl/config.toml.4711.2026-03-02@04:20:19~
"""

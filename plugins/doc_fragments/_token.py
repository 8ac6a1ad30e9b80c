# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The life cycle of a token, the same for both kinds."""

    DOCUMENTATION = r"""
options:
  state:
    description:
      - V(present) makes sure that a live token exists and that its consumer holds it.
      - V(absent) revokes it. A token that is missing, expired or revoked needs nothing.
      - With O(secret_file), V(absent) revokes what the file holds and what it held before, and removes the file. With
        another option that says what the consumer holds, that token goes. Other live tokens with this description are
        named and kept, unless O(others=revoke). A held token of another description fails the task.
      - Where nothing says what is held, the only live token with this description goes; several fail the task, unless
        O(others=revoke).
    type: str
    choices: [present, absent]
    default: present
  description:
    description:
      - The description of the token. Among live tokens it is what a token is known by.
      - Required unless O(id) is given.
    type: str
  id:
    description:
      - The id of an existing token, to change or revoke that one. A token is never created with it.
    type: str
  expires_at:
    description:
      - When a token that is created expires, in RFC 3339, for example V(2027-01-31T00:00:00Z). It needs V(Z) or an
        offset from UTC. A leap second counts as the second before it, and a fraction of a second as none.
      - The expiry of an existing token cannot be changed, see O(on_expiry_mismatch).
      - With neither this nor O(lifetime), a token that is created does not expire.
    type: str
  lifetime:
    description:
      - How long after its creation a token that is created expires, in whole numbers of V(w), V(d), V(h), V(m) and
        V(s), for example V(90d) or V(2w3d12h).
      - It expires earlier by a random number of seconds, within what O(on_expiry_mismatch) counts as the same. This
        tells it from the tokens of other hosts when the answer to its creation is lost.
    type: str
  renew_before:
    description:
      - How long before its expiry a token gets a successor with the same description and permissions, as a duration or
        as a percentage of O(lifetime), for example V(14d) or V(20%). Shorter than O(lifetime), which is needed too.
      - Where the service grants a shorter life than O(lifetime), this shrinks in proportion. Of a longer one only as
        much counts as O(lifetime) says, from the creation of the token.
      - The predecessor is good until it expires, unless O(overlap) ends it earlier.
    type: str
  overlap:
    description:
      - How long a predecessor may live beside its successor, for example V(1d). If not set, until it expires.
      - Once the current token is that old, a run revokes what O(secret_file) held before, which the file beside it
        remembers. V(0s) revokes it in the task that makes the successor, as soon as that is in the file. This is the
        answer to a leak, together with O(force_renew).
      - A registered result remembers nothing. Without O(secret_file), this needs O(others=revoke). Or have a second
        task with O(state=absent) revoke the C(id) that RV(predecessors) names, once the new token is in its place.
    type: str
  force_renew:
    description:
      - Whether to create a successor now, whatever the expiry. Meant for a single run, for example after a leak.
      - A token that does not expire gets one only with O(overlap), as both would live on otherwise.
    type: bool
    default: false
  others:
    description:
      - What becomes of all other live tokens with this description. They may be those of another file, host or
        controller.
      - V(keep) names them in RV(others) and in a warning.
      - V(revoke) revokes them once they and the current token are older than O(overlap), or than a day where that is
        not set; with O(state=absent) at once. Give every consumer a description of its own when using this.
    type: str
    choices: [keep, revoke]
    default: keep
  on_expiry_mismatch:
    description:
      - What to do when an existing token has another expiry than wanted. An expiry cannot be changed.
      - A lifetime that differs by at most five minutes or one percent counts as the same.
      - Of a token that this task itself has just made, it is only warned, as its secret would be lost otherwise.
    type: str
    choices: [warn, fail]
    default: warn
  on_other_description:
    description:
      - What to do when the consumer holds a live token with another description.
      - That token stays, and no other is made. Its successor gets the new description, when it is due or with
        O(force_renew).
    type: str
    choices: [warn, fail]
    default: warn
  secret_file:
    description:
      - A file for the token string, on the host of the task, written by the user that the task becomes there. With
        C(delegate_to=localhost) it is on the controller, and a relative path starts at the folder of the playbook
        there, or at the current folder for ad-hoc commands. Missing folders are created with the mode V(0700).
      - Beside it a file with the same name and V(.json) behind it says which token it is and which it held before. On
        later runs both tell what the consumer holds. When the file is missing or empty, a new token is created.
      - Whether it can be written is looked at before anything is created, in check mode too.
      - A file that holds something else, which is one that no V(.json) fits, fails the task before anything is sent,
        unless O(take_over=true). Something else in the place of the V(.json) always does.
      - A file that has changed since the task read it is left alone. The token that was made for it is revoked, and the
        task starts again, once.
      - With O(state=absent), both files are removed too.
      - The host needs Python 3.9 or newer, and nothing else.
    type: str
  secret_format:
    description:
      - What O(secret_file) holds, with V({token}) exactly once where the token is to stand, for example
        V(INFLUX_TOKEN={token}). Another value rewrites the file with the same token.
    type: str
    default: "{token}"
  take_over:
    description:
      - Whether something else that lies at O(secret_file) may be replaced.
    type: bool
    default: false
  follow:
    description:
      - Whether the file that a link at O(secret_file) leads to is meant. With V(false) the link itself is replaced.
    type: bool
    default: true
  owner:
    description:
      - The user on the host that O(secret_file) is to belong to, as for M(ansible.builtin.file). Only root can give it
        to another.
      - If not set, it is the user that the task becomes; a file that is there keeps its owner.
    type: str
  group:
    description:
      - The group that O(secret_file) is to belong to. If not set, a file that is there keeps its group.
    type: str
  mode:
    description:
      - The permissions of O(secret_file), as for M(ansible.builtin.file). Other ones are mended by the next run.
    type: raw
    default: "0600"
notes:
  - The time of the service decides what has expired and what is due. A warning tells when this machine's clock is more
    than a minute off.
  - A task that may create a token must register its result or name a O(secret_file), otherwise it fails before it
    sends anything. C(async) is not supported.
  - When the answer to a creation is lost, the task looks for what came of it, for as long as O(timeout) again. A token
    that is proved to be this one is revoked, and the creation tried again as O(retries) says. For a O(lifetime) its
    expiry proves it, as the task asks for one that is earlier by a random number of seconds - up to half a percent, or
    two and a half minutes if that is more, and at most a tenth. An O(expires_at) and no expiry prove nothing. Then
    every new token with this description is named and kept, as it may be another host's, and the task fails without
    making a second one.
  - A token that appears later than that is named by the next run, in RV(others) and in a warning.
  - A task that is interrupted while it creates a token, or runs into its C(timeout), ends once that is settled. A token
    for O(secret_file) is delivered first; one that was to be registered is revoked, as the result of an interrupted
    task is thrown away.
  - A result that holds a token string is hidden from all output; the registered variable keeps it. Do not print that
    variable, and set C(no_log) on tasks that pass the token to a module that shows its input.
"""

    # Of which tokens there are.
    INFO = r"""
options:
  id:
    description: Only the token with this id.
    type: str
  description:
    description: Only tokens with this description, whatever blanks around it and Unicode form the service keeps it in.
    type: str
  statuses:
    description: Only tokens in one of these states.
    type: list
    elements: str
    choices: [live, expired, revoked]
    default: [live]
  expires_within:
    description:
      - Only tokens that expire within this time from now, or have expired, in whole numbers of V(w), V(d), V(h), V(m)
        and V(s), for example V(14d).
    type: str
"""

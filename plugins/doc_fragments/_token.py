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
      - With O(secret_file) or another option that says what the consumer holds, or with O(overlap), V(absent) revokes
        every live token with this description, whoever holds it.
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
      - When a token that is created expires, in RFC 3339, for example V(2027-01-31T00:00:00Z).
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
      - A task that creates revokes nothing. See O(overlap) for what becomes of the predecessor.
    type: str
  overlap:
    description:
      - How long a token and its successor both live, for example V(1d). A run that finds that the current token is at
        least this old revokes its predecessors. V(0s) revokes them on the next run.
      - With O(secret_file), its predecessors are the tokens that this very file held before, which the file beside it
        remembers. Every other live token with this description may be that of another file, host or controller. It is
        named in RV(unheld) and in a warning, and kept.
      - Without O(secret_file), they are all older live tokens with this description, whoever holds them, so give every
        consumer a description of its own. Newer ones that the consumer does not hold, because their delivery failed,
        are revoked once they are older than this and older than a day.
      - If not set, nothing is revoked by O(state=present).
      - Say what the consumer holds when using this. Otherwise age alone decides, with a warning.
    type: str
  force_renew:
    description:
      - Whether to create a successor now, whatever the expiry. Meant for a single run, for example after a leak.
    type: bool
    default: false
  on_expiry_mismatch:
    description:
      - What to do when an existing token has another expiry than wanted. An expiry cannot be changed.
      - A lifetime that differs by at most five minutes or one percent counts as the same.
      - Of a token that this task itself has just made, it is only warned, as its secret would be lost otherwise.
    type: str
    choices: [warn, fail]
    default: warn
  secret_file:
    description:
      - A file for the token string, on the host of the task, written by the user that the task becomes there. With
        C(delegate_to=localhost) it is on the controller, and a relative path starts at the folder of the playbook
        there, or at the current folder for ad-hoc commands. Missing folders are created with the mode V(0700).
      - Beside it a file with the same name and V(.json) behind it says which token it is. On later runs both tell
        what the consumer holds; when either is missing or empty, or they do not belong together, a new token is created
        and the file is replaced.
      - Whether it can be written is looked at before anything is created, in check mode too.
      - A file that holds something else than a token, such as notes or a configuration, and something else in the place
        of the file with V(.json), fail the task before anything is sent. So does a file that holds the live token of
        another description, before anything is created or revoked.
      - With O(state=absent), both files are removed too if they belong together.
      - The host needs Python 3.9 or newer, and nothing else.
    type: str
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
  - A token that appears later than that is reported in RV(unheld) by the next run. Where RV(unheld) says so with
    C(revoke_at), a later one with O(overlap) revokes it.
  - A task that is interrupted while it creates a token, or runs into its C(timeout), ends once that is settled. A token
    for O(secret_file) is delivered first; one that was to be registered is revoked, as the result of an interrupted
    task is thrown away.
  - A result that holds a token string is hidden from all output; the registered variable keeps it. Do not print that
    variable, and set C(no_log) on tasks that pass the token to a module that shows its input.
"""

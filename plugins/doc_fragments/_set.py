# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# What an entry for either kind of token takes. Of an option that stands in several places the last one counts as a
# whole, so that this is put together with what one kind alone has before Ansible reads it.
_ENTRY = r"""
options:
  tokens:
    type: list
    elements: dict
    required: true
    suboptions:
      state:
        description: Whether the token is to exist, or to be revoked.
        type: str
        choices: [present, absent]
        default: present
      description:
        description: What the token is known by among live tokens. Required unless C(id) is given.
        type: str
      id:
        description: The id of an existing token, to change or revoke that one.
        type: str
      expires_at:
        description: When a token that is created expires, in RFC 3339.
        type: str
      lifetime:
        description: How long after its creation a token that is created expires, for example V(90d).
        type: str
      renew_before:
        description: How long before its expiry a token gets a successor, for example V(14d) or V(20%).
        type: str
      overlap:
        description: How long a predecessor may live beside its successor, for example V(1d).
        type: str
      force_renew:
        description: Whether to create a successor now, whatever the expiry.
        type: bool
        default: false
      others:
        description: What becomes of all other live tokens with this description.
        type: str
        choices: [keep, revoke]
        default: keep
      on_expiry_mismatch:
        description: What to do when an existing token has another expiry than wanted.
        type: str
        choices: [warn, fail]
        default: warn
      on_other_description:
        description: What to do when the consumer holds a live token with another description.
        type: str
        choices: [warn, fail]
        default: warn
      secret_file:
        description:
          - A file for the token string, on the host of the task. If not set, the string goes into the result.
        type: str
      secret_format:
        description: What C(secret_file) holds, with V({token}) exactly once where the token is to stand.
        type: str
        default: "{token}"
      take_over:
        description: Whether something else that lies at C(secret_file) may be replaced.
        type: bool
        default: false
      follow:
        description: Whether the file that a link at C(secret_file) leads to is meant.
        type: bool
        default: true
      owner:
        description: The user on the host that C(secret_file) is to belong to.
        type: str
      group:
        description: The group that C(secret_file) is to belong to.
        type: str
      mode:
        description: The permissions of C(secret_file).
        type: raw
        default: "0600"
"""


class ModuleDocFragment:
    """What is the same for every set of tokens."""

    DOCUMENTATION = r"""
options:
  prune:
    description:
      - Revokes live tokens that fit O(prune.match) and that no entry of the list is about. Nothing of it is done where
        anything else failed. In check mode they are listed.
      - The token that the task authenticates with is never among them.
    type: dict
    suboptions:
      match:
        description:
          - A pattern for whole descriptions, with V(*) for any characters, V(?) for any one, and V([abc]) for one of
            these. Capitals count. One that fits any description is refused.
          - Choose descriptions that begin alike for what belongs to one playbook, so that the pattern fits nothing
            else, such as the tokens of another cluster of the account.
        type: str
        required: true
      use_regex:
        description:
          - Whether O(prune.match) is a regular expression of Python, for the whole description. One that takes longer
            than ten seconds fails the task.
        type: bool
        default: false
      max:
        description:
          - How many tokens may be revoked so. Where there are more, the task fails before anything is changed.
        type: int
        required: true
notes:
  - A token whose string goes into the result is lost where nobody gets to see that. So a task that fails keeps what it
    has made only where the playbook goes on after it - with C(ignore_errors), or in a block with C(rescue) or
    C(always) - and then its registered result has the strings. Otherwise, and where C(until) or C(retries) try it
    again, the tokens that it has made are revoked again, and the next run makes them. The error says so.
  - A task that is interrupted, or runs into its C(timeout), starts no further entry, ends what is under way, and
    revokes what it has made, as the result of an interrupted task is thrown away.
  - What goes into files is on the host of the task, and it is called in batches - once to read all files, once to try
    whether the new ones can be written, and then with what was made while the batch before was being written. A token
    that is in its file is never revoked again, whatever fails beside it.
  - With C(-v) a line every few seconds says how far the task is.
  - A task that may create a token for its result must register it. C(async) is not supported.
  - A result that holds a token string is hidden from all output; the registered variable keeps it, that of a task that
    failed too. Do not print that variable, and set C(no_log) on tasks that pass a token to a module that shows its
    input.
"""

    # Also of sets of databases.
    CONCURRENCY = r"""
options:
  concurrency:
    description:
      - How many requests are under way at once, from 1 to 32.
    type: int
    default: 8
  on_error:
    description:
      - What to do when something goes wrong with one entry while the plan is carried out.
      - V(stop) starts no further one. What is under way comes to its end. What cannot even be planned fails the task
        before anything is changed.
      - V(continue) goes on with all others. What cannot be planned is one that failed.
      - Either way the task fails in the end, and RV(results) says what became of each entry.
    type: str
    choices: [stop, continue]
    default: stop
"""

    # The entries of one kind. They are annotated, as ansible-test takes any plain assignment here for one literal.
    DATABASE_TOKENS: str = (
        _ENTRY
        + r"""
      permissions:
        description:
          - Everything the token allows. An empty list allows nothing. Needed for a token that is created.
        type: list
        elements: dict
        suboptions:
          action:
            description: What is allowed.
            type: str
            choices: [read, write]
            required: true
          resource:
            description: The name of a database, or V(*) for all.
            type: str
            required: true
      held_id:
        description:
          - The id of the token that its consumer holds, or an empty string when it holds none. If not set, any live
            token of this description will do.
        type: str
"""
    )

    MANAGEMENT_TOKENS: str = (
        _ENTRY
        + r"""
      held_prefix:
        description:
          - The first nine characters of the token that its consumer holds, or an empty string when it holds none. If
            not set, any live token of this description will do.
        type: str
"""
    )

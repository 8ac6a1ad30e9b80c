# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


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

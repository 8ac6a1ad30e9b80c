# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How the parts of a partition template are written, for a database and for a table."""

    DOCUMENTATION = r"""
options:
  partition_template:
    type: list
    elements: dict
    suboptions:
      type:
        description: What the part divides by.
        type: str
        choices: [time, tag, bucket]
        required: true
      value:
        description:
          - For V(time), one of V(%Y-%m-%d), V(%Y-%m) and V(%Y).
          - For V(tag), the name of a tag. The characters C(|), C(!), C(^), C(#), C(%) and those beyond ASCII are
            percent-encoded.
          - For V(bucket), a dictionary of C(tag_name) and C(number_of_buckets), 1 to 100000. The manual of the service
            names 1000 as the most, so that more give a warning.
        type: raw
        required: true
"""

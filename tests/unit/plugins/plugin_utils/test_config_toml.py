# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import datetime
import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
import tomlkit
import tomllib
from ansible_collections.influxdb3.management.plugins.plugin_utils._config_toml import (
    ConfigurationError,
    _Document,
    dump_profile,
    find_profile,
    read_profiles,
    replace_profile,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_options import merge
from hypothesis import assume, given, settings
from hypothesis import strategies as st

# What a profile holds, as the TOML library reads it.
Profile = dict[str, Any]

TWO_PROFILES = """\
# Kept by the platform team.
title = "not influxctl's"   # unknown, and none of our business

[[profile]] # the first
  name = "default"   # its name
  product = 'dedicated'
  account_id = "a"
  cluster_id = "c"

  [profile.tls]
    insecure = true   # for now

# Staging: ask before touching it.
[[profile]]
name = "staging"
product = "clustered"
host = "localhost"
port = "8086"
auth = { oauth2 = { client_id = "x", scopes = [ "a",  "b" ] } } # inline

[other]
keep = [
  1, # one
  2,
]
"""


def one_line(pattern: str, text: str) -> str:
    (line,) = re.findall(pattern, text, re.MULTILINE)
    return str(line)


def profile_of(text: str, name: str) -> Profile:
    profiles = read_profiles(text)
    index = find_profile(profiles, name)
    assert index is not None
    return profiles[index]


def with_given(text: str, name: str, keys: Profile) -> str:
    return replace_profile(text, name, merge(profile_of(text, name), keys))


class TestEditing:
    def test_nothing_to_change_returns_the_very_text(self) -> None:
        assert replace_profile(TWO_PROFILES, "default", profile_of(TWO_PROFILES, "default")) is TWO_PROFILES

    def test_a_changed_value_changes_its_characters_only(self) -> None:
        changed = with_given(TWO_PROFILES, "default", {"account_id": "new", "tls": {"insecure": False}})
        expected = TWO_PROFILES.replace('account_id = "a"', 'account_id = "new"')
        assert changed == expected.replace("insecure = true   # for now", "insecure = false   # for now")

    def test_a_new_key_stands_with_its_siblings_and_like_them(self) -> None:
        changed = with_given(TWO_PROFILES, "default", {"mgmt_token": "t", "tls": {"ca": "/ca"}})
        expected = TWO_PROFILES.replace('  cluster_id = "c"\n', '  cluster_id = "c"\n  mgmt_token = "t"\n')
        assert changed == expected.replace("# for now\n", '# for now\n    ca = "/ca"\n')

    def test_a_new_sub_table_belongs_to_its_profile(self) -> None:
        changed = with_given(
            TWO_PROFILES, "default", {"auth": {"oauth2": {"client_id": "i", "parameters": {"a": "b"}}}}
        )
        added = '\n  [profile.auth.oauth2]\n    client_id = "i"\n    parameters = {a = "b"}\n'
        assert changed == TWO_PROFILES.replace("# for now\n", "# for now\n" + added)
        assert "auth" not in merge(profile_of(changed, "staging"), {"auth": {}})
        assert profile_of(changed, "default")["auth"]["oauth2"]["client_id"] == "i"

    def test_inline_tables_stay_inline(self) -> None:
        changed = with_given(TWO_PROFILES, "staging", {"auth": {"oauth2": {}, "token": {"token_file": "/t"}}})
        assert changed == TWO_PROFILES.replace(
            'auth = { oauth2 = { client_id = "x", scopes = [ "a",  "b" ] } } # inline',
            one_line(r"^auth = .*# inline$", changed),
        )
        assert profile_of(changed, "staging")["auth"] == {"token": {"token_file": "/t"}}

    def test_dotted_keys_get_dotted_siblings(self) -> None:
        text = '[[profile]]\nname = "d"\ntls.insecure = true\nauth.oauth2.client_id = "x"\n[profile.more]\nx = 1\n'
        changed = with_given(text, "d", {"tls": {"ca": "/c"}, "auth": {"oauth2": {}, "token": {"token_file": "f"}}})
        assert profile_of(changed, "d")["tls"] == {"insecure": True, "ca": "/c"}
        changed = with_given(text, "d", {"tls": {"ca": "/c"}})
        assert changed == text.replace("insecure = true\n", 'insecure = true\ntls.ca = "/c"\n')
        changed = with_given(text, "d", {"auth": {"token": {"token_file": "f"}}})
        assert changed == text.replace('client_id = "x"\n', 'client_id = "x"\nauth.token = {token_file = "f"}\n')

    def test_a_number_is_not_the_string_that_influxctl_wants(self) -> None:
        text = '[[profile]]\nname = "d"\nport = 8086\n'
        assert with_given(text, "d", {"port": "8086"}) == text.replace("8086", '"8086"')

    def test_equal_values_written_differently_are_left_alone(self) -> None:
        text = "[[profile]]\nname = 'd'\nhost = '''h'''\ntls = {insecure=true}\n"
        assert with_given(text, "d", {"host": "h", "tls": {"insecure": True}}) is text

    def test_removing_keys_and_tables(self) -> None:
        changed = with_given(TWO_PROFILES, "default", {"account_id": "", "tls": {}})
        assert changed == TWO_PROFILES.replace('  account_id = "a"\n', "").replace(
            "\n  [profile.tls]\n    insecure = true   # for now\n", ""
        )

    def test_a_removed_table_takes_the_comments_inside_it(self) -> None:
        text = '[[profile]]\nname = "d"\n[profile.tls]\n# inside\nca = "c"\n# behind\n'
        assert with_given(text, "d", {"tls": {}}) == '[[profile]]\nname = "d"\n# behind\n'

    def test_a_profile_key_of_another_table_is_none_of_ours(self) -> None:
        text = '[other]\nprofile = [{name = "d"}]\n[[profile]]\nname = "d"\n'
        assert with_given(text, "d", {"host": "h"}) == text + 'host = "h"\n'

    def test_dates_are_compared_too(self) -> None:
        text = '[[profile]]\nname = "d"\nwhen = 2026-01-02\n'
        wanted = {"name": "d", "when": datetime.date(2027, 1, 2)}
        assert replace_profile(text, "d", wanted) == text.replace("2026", "2027")

    def test_the_last_key_of_a_table_takes_the_table_with_it(self) -> None:
        text = '[[profile]]\nname = "d"\n\n[profile.auth.token]\ntoken_file = "f"\n'
        assert with_given(text, "d", {"auth": {"token": {"token_file": ""}}}) == '[[profile]]\nname = "d"\n'

    def test_tables_of_one_profile_scattered_over_the_file(self) -> None:
        text = '[[profile]]\nname = "d"\n\n[other]\nx = 1\n\n[profile.tls]\nca = "/a"\n\n[last]\ny = 2\n'
        changed = with_given(text, "d", {"host": "h", "tls": {"ca": "/b"}, "auth": {"token": {"token_file": "f"}}})
        expected = text.replace('"d"\n', '"d"\nhost = "h"\n').replace(
            'ca = "/a"\n', 'ca = "/b"\n\n[profile.auth.token]\ntoken_file = "f"\n'
        )
        assert changed == expected
        assert replace_profile(changed, "d", None) == "[other]\nx = 1\n\n[last]\ny = 2\n"

    def test_a_header_inside_a_string_or_array_is_none(self) -> None:
        note = 'note = """\n[[profile]]\nname = "x"\n# no comment"""\n'
        text = f'[[profile]]\nname = "d"\n{note}list = [\n["[profile.tls]"],\n]\n'
        changed = with_given(text, "d", {"tls": {"ca": "/c"}})
        assert changed == text + '\n[profile.tls]\nca = "/c"\n'

    def test_quoted_headers_count(self) -> None:
        text = '[[ "profile" ]]\nname = "d"\n[ profile . "tls" ]\nca = "/a"\n[[profile]]\nname = "e"\n'
        assert with_given(text, "d", {"tls": {"ca": "/b"}}) == text.replace("/a", "/b")

    @pytest.mark.parametrize("mark", ["", "\ufeff"])
    def test_windows_line_ends_and_byte_order_mark(self, mark: str) -> None:
        text = mark + TWO_PROFILES.replace("\n", "\r\n")
        changed = with_given(text, "default", {"database": "db", "auth": {"token": {"token_file": "f"}}})
        expected = with_given(TWO_PROFILES, "default", {"database": "db", "auth": {"token": {"token_file": "f"}}})
        assert changed == mark + expected.replace("\n", "\r\n")

    def test_no_line_end_at_the_end(self) -> None:
        text = '[[profile]]\nname = "d"\nhost = "a"'
        assert with_given(text, "d", {"host": "b"}) == '[[profile]]\nname = "d"\nhost = "b"'
        assert with_given(text, "d", {"database": "b"}) == text + '\ndatabase = "b"\n'
        added = replace_profile(text, "e", {"name": "e"})
        assert added == text + '\n\n[[profile]]\nname = "e"\n'

    def test_values_are_escaped(self) -> None:
        value = 'a"b\\c #\u00e9\n'
        changed = replace_profile(
            "", "d", {"name": "d", "host": value, "auth": {"oauth2": {"parameters": {'x "y.': "z"}}}}
        )
        assert tomllib.loads(changed)["profile"][0] == {
            "name": "d",
            "host": value,
            "auth": {"oauth2": {"parameters": {'x "y.': "z"}}},
        }


class TestAddingAndRemoving:
    def test_a_new_profile_stands_at_the_end(self) -> None:
        wanted = {"name": "new", "product": "dedicated", "tls": {"ca": "/c"}, "auth": {"token": {"token_file": "f"}}}
        text = replace_profile(TWO_PROFILES, "new", wanted)
        added = (
            '\n[[profile]]\nname = "new"\nproduct = "dedicated"\n\n[profile.tls]\nca = "/c"\n'
            '\n[profile.auth.token]\ntoken_file = "f"\n'
        )
        assert text == TWO_PROFILES + added

    def test_the_first_profile_of_an_empty_file(self) -> None:
        assert replace_profile("", "d", {"name": "d"}) == '[[profile]]\nname = "d"\n'

    def test_an_absent_profile_is_no_change(self) -> None:
        assert replace_profile(TWO_PROFILES, "none", None) is TWO_PROFILES

    def test_a_removed_profile_leaves_no_trace_and_every_foreign_comment(self) -> None:
        assert replace_profile(TWO_PROFILES, "default", None) == re.sub(
            r"\n\[\[profile\]\] # the first.*?# for now\n", "", TWO_PROFILES, flags=re.DOTALL
        )

    def test_a_removed_profile_takes_the_comment_set_off_above_it(self) -> None:
        changed = replace_profile(TWO_PROFILES, "staging", None)
        assert "ask before" not in changed
        assert changed.endswith("# for now\n\n[other]\nkeep = [\n  1, # one\n  2,\n]\n")

    @pytest.mark.parametrize(
        "above", ["# about the file\n", "x = 1\n# whose?\n", '[[profile]]\nname = "a"\n# whose?\n']
    )
    def test_a_comment_that_may_belong_to_something_else_stays(self, above: str) -> None:
        assert replace_profile(above + '[[profile]]\nname = "d"\n', "d", None) == above

    def test_comments_behind_the_last_key_stay(self) -> None:
        text = '[[profile]]\nname = "d"\n# a = "b"\n\n# about e\n[[profile]]\nname = "e"\n'
        assert replace_profile(text, "d", None) == '# a = "b"\n\n# about e\n[[profile]]\nname = "e"\n'

    def test_the_last_profile_leaves_an_empty_text(self) -> None:
        assert replace_profile('[[profile]]\nname = "d"\n[profile.tls]\nca = "c"\n', "d", None) == ""


class TestInlineArray:
    TEXT = '# top\nprofile = [ { name = "a", host = "h" },  {name="b"} ] # all\n\n[other]\nx = 1\n'

    def test_the_other_items_stay_as_they_are(self) -> None:
        changed = with_given(self.TEXT, "b", {"host": "i", "tls": {"ca": "/c"}})
        assert profile_of(changed, "b") == {"name": "b", "host": "i", "tls": {"ca": "/c"}}
        assert '{ name = "a", host = "h" }' in changed
        assert changed.startswith("# top\n")
        assert changed.endswith(" # all\n\n[other]\nx = 1\n")

    def test_adding_and_removing(self) -> None:
        changed = replace_profile(self.TEXT, "c", {"name": "c", "auth": {"token": {"token_file": "f"}}})
        assert [profile["name"] for profile in read_profiles(changed)] == ["a", "b", "c"]
        assert [profile["name"] for profile in read_profiles(replace_profile(changed, "b", None))] == ["a", "c"]

    def test_an_empty_array(self) -> None:
        assert read_profiles(replace_profile("profile = []\n", "a", {"name": "a"})) == [{"name": "a"}]


class TestBadFiles:
    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ('[[profile]]\nname = "d"\nmgmt_token = M.V1.hush-hush\n', " at line 3, column 14"),
            ('mgmt_token = "M.V1.hush-hush\n', " at line 1, column 29"),
            ("[[profile]]\nhush-hush = 1\nhush-hush = 2\n", " at line 3, column 14"),
            ('[profile.tls]\nx = 1\n[[profile]]\nhush-hush = "1"\n', " at line 3, column 10"),
            ("hush-hush", ""),
            ("a = " + "[" * 100_000, ""),
        ],
    )
    def test_not_toml(self, text: str, place: str) -> None:
        with pytest.raises(ConfigurationError) as raised:
            replace_profile(text, "d", {"name": "d"})
        assert str(raised.value) == f"is not valid TOML{place}. Correct the file by hand."

    @pytest.mark.parametrize("text", ["profile = 1\n", "[profile]\nname = 'd'\n", "profile = [1]\n", "profile.x = 1\n"])
    def test_no_array_of_tables(self, text: str) -> None:
        with pytest.raises(ConfigurationError, match="no array of tables"):
            read_profiles(text)

    def test_a_name_twice(self) -> None:
        text = '[[profile]]\nname = "d"\n[[profile]]\nname = "e"\n[[profile]]\nname = "d"\n'
        for wanted in (None, {"name": "d"}):
            with pytest.raises(ConfigurationError, match="has 2 profiles named 'd'"):
                replace_profile(text, "d", wanted)
        assert replace_profile(text, "e", None) == '[[profile]]\nname = "d"\n[[profile]]\nname = "d"\n'

    def test_an_edit_that_cannot_be_made_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # A value of tomlkit that says something else than it should, as its defects have made it do.
        monkeypatch.setattr(tomlkit, "item", lambda _value: tomlkit.value('"hush-hush"'))
        with pytest.raises(ConfigurationError, match="cannot be edited") as raised:
            with_given(TWO_PROFILES, "default", {"account_id": "new"})
        assert "hush" not in str(raised.value)

    def test_an_edit_that_changes_another_profile_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        text_of = _Document.text
        monkeypatch.setattr(_Document, "text", lambda self: text_of(self).replace("# its name", "#  its name"))
        with pytest.raises(ConfigurationError, match="cannot be edited"):
            with_given(TWO_PROFILES, "staging", {"host": "new"})

    def test_a_scalar_in_the_place_of_a_table_is_refused(self) -> None:
        text = '[[profile]]\nname = "d"\n[[profile.tls]]\nca = "hush-hush"\n'
        with pytest.raises(ConfigurationError, match="cannot be edited") as raised:
            replace_profile(text, "d", {"name": "d", "tls": {"ca": "c"}})
        assert "hush" not in str(raised.value)


# Whole files at random. They are written here by hand, so that what is checked does not depend on what is tested.

STRINGS = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF, blacklist_characters="\x7f"), max_size=8)
NAMES = st.sampled_from(["default", "a", "b.c", 'd"e', "f g", "\u00e9"])
SCALARS = st.sampled_from(["product", "account_id", "cluster_id", "host", "port", "database", "token", "mgmt_token"])
TLS = st.fixed_dictionaries(
    {}, optional={"insecure": st.booleans(), "disable": st.booleans(), "cert": STRINGS, "key": STRINGS, "ca": STRINGS}
)
OAUTH2 = st.fixed_dictionaries(
    {},
    optional={
        "client_id": STRINGS,
        "scopes": st.lists(STRINGS, max_size=3),
        "parameters": st.dictionaries(STRINGS, STRINGS, max_size=3),
        "token_url": STRINGS,
    },
)
AUTH: st.SearchStrategy[dict[str, Profile]] = st.fixed_dictionaries(
    {}, optional={"oauth2": OAUTH2, "token": st.fixed_dictionaries({"token_file": STRINGS})}
)
UNKNOWN = [
    'note = """\n[[profile]]\nname = "default"\n[profile.tls]\n# none\n"""',
    "list = [ # with [brackets]\n  [1, 2],\n  # [[profile]]\n  [3]\n]",
    "when = 2026-01-02T03:04:05Z",
    "odd = nan",
    "'quoted key' = '''\n'''",
    "a.b.c = 1.0",
    "table = { x = 1, y.z = [2] }",
]
FOREIGN = [
    "[other]\nname = 'default'\nx = [\n1,\n2 # two\n]\n",
    "[[thing]]\nname = 'default'\n[thing.profile]\ny = 1\n",
    "# a comment between\n",
    "\n\n",
]
COMMENTS = ["", "", "# a comment\n", "   # indented: [[profile]]\n", "\n", "\n\n# set off\n\n"]


@dataclass
class File:
    text: str
    names: list[str]
    # The texts of everything in the file, in order, with the profile that each belongs to.
    blocks: list[tuple[str | None, str]]


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k, ensure_ascii=False)} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ",  ".join(toml(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False)


@st.composite
def tables(draw: st.DrawFn, path: str, table: Profile, indent: str) -> tuple[str, str]:
    """One sub-table in one of its forms: lines for the table above it, and a table of its own."""
    form = draw(st.sampled_from(["header", "dotted", "inline"]))
    name = path.rpartition(".")[2]
    if form == "inline":
        return f"{indent}{name} = {toml(table)}\n", ""
    inner = "".join(f"{indent}{name}.{key} = {toml(value)}\n" for key, value in table.items())
    if form == "dotted":
        return inner or f"{indent}{name} = {{}}\n", ""
    lines = "".join(f"{indent}  {key}={toml(value)}  # c\n" for key, value in table.items())
    return "", f"{draw(st.sampled_from(COMMENTS))}{indent}[profile.{path}]\n{lines}"


@st.composite
def profile_texts(draw: st.DrawFn, name: str) -> list[str]:
    indent = draw(st.sampled_from(["", "  ", "\t"]))
    lines = [f"{indent}name = {toml(name)}\n"]
    lines += [f"{indent}{key} = {toml(draw(STRINGS))}\n" for key in draw(st.lists(SCALARS, unique=True, max_size=4))]
    lines += [f"{line}\n" for line in draw(st.lists(st.sampled_from(UNKNOWN), unique=True, max_size=2))]
    own = []
    if draw(st.booleans()):
        line, header = draw(tables("tls", draw(TLS), indent))
        lines.append(line)
        own.append(header)
    if draw(st.booleans()):
        auth = draw(AUTH)
        if draw(st.booleans()):
            line, header = draw(tables("auth", auth, indent))
            lines.append(line)
            own.append(header)
        else:
            own += [
                f"{indent}[profile.auth.{key}]\n" + "".join(f"{k} = {toml(v)}\n" for k, v in value.items())
                for key, value in auth.items()
            ]
    lines = draw(st.permutations(lines))
    body = "".join(draw(st.sampled_from(COMMENTS)) + line for line in lines)
    return [f"{draw(st.sampled_from(COMMENTS))}{indent}[[profile]]  # header\n{body}", *draw(st.permutations(own))]


@st.composite
def files(draw: st.DrawFn) -> File:
    names = draw(st.lists(NAMES, unique=True, max_size=3))
    blocks: list[tuple[str | None, str]] = [(None, draw(st.sampled_from(["", "# top\n", "x = 1\n\n", "\n"])))]
    foreign = draw(st.permutations(FOREIGN))
    for name in names:
        for text in draw(profile_texts(name)):
            blocks.append((name, text))
            if foreign and draw(st.integers(0, 5)) == 0:
                blocks.append((None, foreign.pop()))
    text = "".join(block for _name, block in blocks)
    if draw(st.booleans()):
        blocks = [(name, block.replace("\n", "\r\n")) for name, block in blocks]
        text = text.replace("\n", "\r\n")
    text = draw(st.sampled_from(["", "\ufeff"])) + text
    if draw(st.booleans()):
        text = text.removesuffix("\n").removesuffix("\r")
    return File(text, names, blocks)


KEYS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("product", "account_id", "host", "database", "mgmt_token"), STRINGS),
        "tls": TLS,
        "auth": AUTH,
    },
)


def check_foreign_text(file: File, name: str, changed: str) -> None:
    """What does not belong to the profile is in the new text, every byte of it and in its order."""
    position = 0
    for owner, block in file.blocks:
        if owner != name:
            block = block.strip("\r\n")
            found = changed.find(block, position)
            assert found >= 0, (block, changed)
            position = found + len(block)


class TestAnyFile:
    @settings(max_examples=200)
    @given(files(), NAMES, KEYS)
    def test_a_profile_is_set_and_the_rest_stays(self, file: File, name: str, keys: Profile) -> None:
        before = tomllib.loads(file.text.removeprefix("\ufeff"))
        current = next((p for p in before.get("profile", []) if p["name"] == name), {"name": name})
        wanted = merge(current, keys)

        changed = replace_profile(file.text, name, wanted)

        expected = copy.deepcopy(before)
        expected.setdefault("profile", [])
        if name in file.names:
            expected["profile"][file.names.index(name)] = wanted
        else:
            expected["profile"].append(wanted)
        assert repr(canonical(tomllib.loads(changed.removeprefix("\ufeff")))) == repr(canonical(expected))
        check_foreign_text(file, name, changed)
        assert replace_profile(changed, name, wanted) is changed
        assert changed.startswith("\ufeff") == file.text.startswith("\ufeff")

    @settings(max_examples=100)
    @given(files(), st.data())
    def test_a_profile_is_removed_and_the_rest_stays(self, file: File, data: st.DataObject) -> None:
        assume(file.names)
        name = data.draw(st.sampled_from(file.names))

        changed = replace_profile(file.text, name, None)

        expected = tomllib.loads(file.text.removeprefix("\ufeff"))
        expected["profile"] = [profile for profile in expected["profile"] if profile["name"] != name]
        actual = tomllib.loads(changed.removeprefix("\ufeff"))
        assert repr(canonical({"profile": [], **actual})) == repr(canonical(expected))
        # A comment at the edge of another profile may be the removed one's own; keys and tables never are.
        for owner, block in file.blocks:
            if owner not in (None, name):
                assert re.sub(r"^(\s*#.*\s*\n|\s*\n)+", "", block).strip() in changed
        assert replace_profile(changed, name, None) is changed

    @settings(max_examples=100)
    @given(files(), st.data(), STRINGS)
    def test_one_value_is_one_line(self, file: File, data: st.DataObject, value: str) -> None:
        assume(file.names)
        name = data.draw(st.sampled_from(file.names))
        key = data.draw(SCALARS)
        current = profile_of(file.text, name)

        changed = replace_profile(file.text, name, {**current, key: value})

        before, after = re.findall(r"[^\n]*\n|[^\n]+", file.text), re.findall(r"[^\n]*\n|[^\n]+", changed)
        if not file.text.endswith("\n") and changed.endswith("\n"):
            before[-1] += "\r\n" if "\r\n" in file.text else "\n"
        if key in current:
            assert len(before) == len(after)
            assert sum(one != other for one, other in zip(before, after)) == (current[key] != value)
        else:
            added = [line for line in after if line not in before]
            assert len(after) == len(before) + 1
            assert len(added) <= 1

    @settings(max_examples=100)
    @given(st.lists(NAMES, unique=True, min_size=1, max_size=3), KEYS, st.booleans(), st.data())
    def test_an_inline_array(self, names: list[str], keys: Profile, lines: bool, data: st.DataObject) -> None:
        items = [toml({"name": name, "tls": data.draw(TLS), "host": data.draw(STRINGS)}) for name in names]
        space = "\n  " if lines else " "
        text = f"# top\nprofile = [{space}{f',{space}'.join(items)}{space.rstrip(' ')}]\n# end\n[other]\nx = 1\n"
        name = data.draw(NAMES)
        removed = data.draw(st.booleans())
        current = next((p for p in read_profiles(text) if p["name"] == name), {"name": name})
        wanted = None if removed else merge(current, keys)

        changed = replace_profile(text, name, wanted)

        for other, item in zip(names, items):
            assert other == name or item in changed
        others = [profile for profile in read_profiles(text) if profile["name"] != name]
        assert [profile for profile in read_profiles(changed) if profile["name"] != name] == others
        assert [profile for profile in read_profiles(changed) if profile["name"] == name] == (
            [wanted] if wanted else []
        )
        assert changed.startswith("# top\nprofile = [")
        assert changed.endswith("]\n# end\n[other]\nx = 1\n")

    @settings(max_examples=50)
    @given(NAMES, KEYS)
    def test_a_dumped_profile_reads_back(self, name: str, keys: Profile) -> None:
        profile = merge({"name": name}, keys)
        assert read_profiles(dump_profile(profile)) == [profile]


def canonical(data: object) -> object:
    """Data in an order of its own, so that its repr compares types too, and nan with nan."""
    if isinstance(data, dict):
        return sorted((key, canonical(value)) for key, value in data.items())
    if isinstance(data, list):
        return [canonical(value) for value in data]
    return repr(data)

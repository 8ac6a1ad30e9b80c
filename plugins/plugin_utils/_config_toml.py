# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Edits one profile in the text of influxctl's config.toml and leaves the rest of the text as it is: text in, text out.

tomlkit keeps comments and order when a document is edited, but it moves text where a table is written in several
places, and mixes up the ways to write a sub-table (a header, dotted keys, an inline table). So the text is first cut
into its statements (a header, a key with its value, a comment or an empty line), which are valid TOML each by itself.
Statements of other tables are never touched; a changed one is edited by tomlkit alone, outside its document; and the
new text is read again and compared before anybody gets it.

No error quotes the text: a line of it may hold a token.
"""

from __future__ import annotations

import copy
import json
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._errors import ManagementError

try:
    import tomlkit
    import tomlkit.exceptions
    import tomlkit.items
except ImportError:  # reported by the action plugins, which name the library
    pass

if sys.version_info >= (3, 11):
    import tomllib

Path = tuple[str, ...]

# What tomlkit raises, beside its own errors, where it cannot follow a document.
_STUMBLES = (AttributeError, LookupError, TypeError, ValueError)
_ARRAY = "profile"
_BYTE_ORDER_MARK = "\ufeff"
# Sub-tables down to [profile.auth.oauth2] get a header of their own, deeper ones are written inline, as the examples
# of https://docs.influxdata.com/influxdb3/clustered/reference/cli/influxctl/ write them.
_DEEPEST_HEADER = 2


class ConfigurationError(ManagementError):
    """What is wrong with a configuration file, as the end of a sentence that begins with its path."""


def read_profiles(text: str) -> list[dict[str, Any]]:
    """The profiles in their order, as plain data. Raises ``ConfigurationError``."""
    profiles = read_document(text).get(_ARRAY, [])
    if not isinstance(profiles, list) or not all(isinstance(profile, dict) for profile in profiles):
        raise ConfigurationError("has a 'profile' that is no array of tables, [[profile]]. Correct the file by hand.")
    return profiles


def find_profile(profiles: list[dict[str, Any]], name: str) -> int | None:
    """The position of the profile of this name, or None. Raises ``ConfigurationError`` where there are several."""
    found = [index for index, profile in enumerate(profiles) if profile.get("name") == name]
    if len(found) > 1:
        raise ConfigurationError(f"has {len(found)} profiles named {name!r}. Remove all but one by hand.")
    return found[0] if found else None


def replace_profile(text: str, name: str, wanted: Mapping[str, Any] | None) -> str:
    """Make the named profile hold exactly the data ``wanted``, or remove it where that is None.

    The result differs from ``text`` in statements of this profile only, and is ``text`` itself where the profile is
    as wanted already. Raises ``ConfigurationError`` where the text is not a valid configuration, or where no faithful
    edit was found.
    """
    profiles = read_profiles(text)
    index = find_profile(profiles, name)
    current = None if index is None else profiles[index]
    if _same(current, wanted):
        return text
    try:
        document = _Document(text)
        position = document.replace(index, current, wanted)
        changed = document.text()
        _verify(text, changed, position, wanted)
    except (_UnfaithfulError, ConfigurationError, tomlkit.exceptions.TOMLKitError, *_STUMBLES):
        # The text of these is not passed on: it may quote a line.
        raise ConfigurationError(
            f"cannot be edited without touching more than the profile {name!r}. Rewrite that profile by hand in the "
            "form [[profile]], [profile.tls], [profile.auth.oauth2]."
        ) from None
    return changed


def dump_profile(profile: Mapping[str, Any]) -> str:
    """One profile as a document of its own."""
    text: str = tomlkit.dumps({_ARRAY: [dict(profile)]})
    return text


class _UnfaithfulError(Exception):
    """The edited text does not say what it should."""


def read_document(text: str) -> dict[str, Any]:
    """The data of a whole document or of any of its statements. Raises ``ConfigurationError``."""
    text = text[1:] if text.startswith(_BYTE_ORDER_MARK) else text
    try:
        if sys.version_info >= (3, 11):
            return tomllib.loads(text)
        data: dict[str, Any] = tomlkit.parse(text).unwrap()
        return data
    except (ValueError, tomlkit.exceptions.TOMLKitError, RecursionError) as error:
        position = re.search(r"line (\d+),? col(?:umn)? (\d+)", str(error))
        place = f" at line {position.group(1)}, column {position.group(2)}" if position else ""
        raise ConfigurationError(f"is not valid TOML{place}. Correct the file by hand.") from None


def _is_complete(text: str) -> bool:
    try:
        read_document(text)
    except ConfigurationError:
        return False
    return True


def _same(one: Any, other: Any) -> bool:
    """Whether data is equal in value and type (1, 1.0 and true differ; nan equals nan)."""
    return _canonical(one) == _canonical(other)


def _canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True, default=str)


def _verify(before: str, after: str, position: int, wanted: Mapping[str, Any] | None) -> None:
    """Read the new text as if for the first time: data as expected, other profiles' text as it was."""
    expected = copy.deepcopy(read_document(before))
    profiles = expected.setdefault(_ARRAY, [])
    profiles[position : position + 1] = [] if wanted is None else [wanted]
    actual = read_document(after)
    actual.setdefault(_ARRAY, [])
    if not _same(actual, expected):
        raise _UnfaithfulError
    texts_before, texts_after = _Document(before).profile_texts(), _Document(after).profile_texts()
    texts_before[position : position + 1] = [] if wanted is None else [texts_after[position]]
    if texts_before != texts_after:
        raise _UnfaithfulError


@dataclass
class _Statement:
    """Some whole lines of the document. ``profile`` is the position of the profile they belong to, or None.

    ``path`` is where a header or a key leads, below its profile; ``header`` is the path of the header above a key.
    """

    text: str
    profile: int | None = None
    path: Path = ()
    header: Path = ()

    @property
    def is_empty(self) -> bool:
        return not self.text.strip()

    @property
    def is_comment(self) -> bool:
        return self.text.lstrip(" \t").startswith("#")

    @property
    def is_header(self) -> bool:
        return self.text.lstrip(" \t").startswith("[")

    @property
    def is_key(self) -> bool:
        return not (self.is_empty or self.is_comment or self.is_header)

    @property
    def indent(self) -> str:
        return self.text[: len(self.text) - len(self.text.lstrip(" \t"))]

    def is_below(self, path: Path) -> bool:
        return self.path[: len(path)] == path

    def is_above(self, path: Path) -> bool:
        return self.is_key and path[: len(self.path)] == self.path


class _Document:
    """A configuration as a list of statements."""

    def __init__(self, text: str) -> None:
        self._mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
        text = text[len(self._mark) :]
        self._newline = "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
        self._statements = [_Statement(part) for part in _statement_texts(text)]
        self._array: _Statement | None = None
        self._locate_statements()

    def text(self) -> str:
        return self._mark + "".join(statement.text for statement in self._statements)

    def profile_texts(self) -> list[str]:
        """The text of each profile from its header to its last key."""
        if self._array is not None:
            return [item.as_string() for item in self._array_items(self._array)[1]]
        texts: dict[int, str] = {}
        pending: dict[int, str] = {}
        for statement in self._statements:
            if statement.profile is None:
                continue
            pending[statement.profile] = pending.get(statement.profile, "") + statement.text
            if statement.is_header or statement.is_key:
                texts[statement.profile] = texts.get(statement.profile, "") + pending.pop(statement.profile)
        return [text.rstrip("\r\n") for index, text in sorted(texts.items())]

    def replace(self, index: int | None, current: Mapping[str, Any] | None, wanted: Mapping[str, Any] | None) -> int:
        """Give the profile at ``index`` (None: a new one, at the end) its wanted data; its position is returned."""
        if self._array is not None:
            return self._replace_in_array(self._array, index, current, wanted)
        if index is None:
            index = self._add_profile()
        if wanted is None:
            self._remove_profile(index)
            return index
        for path, value in _differences(current or {}, wanted):
            if value is None:
                self._remove(index, path)
            elif not self._rewrite(index, path, value):
                self._insert(index, path, value)
        return index

    # Finding one's way

    def _locate_statements(self) -> None:
        profile: int | None = None
        header: Path | None = None
        count = 0
        for statement in self._statements:
            if statement.is_header:
                names, is_array = _header_path(statement.text)
                count += is_array and names == (_ARRAY,)
                profile = count - 1 if names[0] == _ARRAY else None
                header = statement.path = names[1:]
            elif statement.is_key:
                names = _key_path(statement.text)
                if profile is not None and header is not None:
                    statement.path, statement.header = header + names, header
                elif header is None and names == (_ARRAY,):
                    self._array = statement
            statement.profile = profile

    def _of(self, index: int) -> Iterator[tuple[int, _Statement]]:
        """The headers and keys of a profile with their positions."""
        for position, statement in enumerate(self._statements):
            if statement.profile == index and (statement.is_header or statement.is_key):
                yield position, statement

    # Changing statements

    def _rewrite(self, index: int, path: Path, value: Any) -> bool:
        """Set or remove (None) what stands behind a key in the text; false where none of the statements holds it."""
        for _position, statement in self._of(index):
            if statement.is_above(path):
                document = tomlkit.parse(statement.text)
                _change(document, path[len(statement.header) :], value)
                statement.text = document.as_string()
                return True
        return False

    def _insert(self, index: int, path: Path, value: Any) -> None:
        """Add a key that the text does not hold yet, next to its siblings."""
        parent = path[:-1]
        last: int | None = None
        header: Path = parent
        for position, statement in self._of(index):
            if statement.is_header:
                if statement.path == parent:
                    last = position
            elif statement.header == parent:
                last = position
            elif statement.is_below(parent) and len(statement.header) < len(parent):
                # Its siblings are written as dotted keys under a header further up, and so must this one be.
                last, header = position, statement.header
        if isinstance(value, Mapping) and header == parent and len(path) <= _DEEPEST_HEADER:
            self._insert_tables(index, path, value)
            return
        if last is None:
            last = self._add_header(index, parent)
        self._insert_key(index, last, header, path, value)

    def _insert_tables(self, index: int, path: Path, table: Mapping[str, Any]) -> None:
        """Add a table under its own header, or only its sub-tables where it holds nothing else."""
        plain = [key for key, value in table.items() if not isinstance(value, Mapping)]
        if plain or not table or len(path) == _DEEPEST_HEADER:
            self._add_header(index, path)
        for key in sorted(table, key=lambda key: key not in plain):
            self._insert(index, (*path, key), table[key])

    def _insert_key(self, index: int, after: int, header: Path, path: Path, value: Any) -> None:
        previous = self._statements[after]
        indent = previous.indent if not previous.is_header else self._indent_under(index, previous)
        key = tomlkit.key(list(path[len(header) :])) if len(path) > len(header) + 1 else tomlkit.key(path[-1])
        text = f"{indent}{key.as_string()} = {_item(value).as_string()}{self._newline}"
        self._put(after + 1, _Statement(text, index, path, header))

    def _add_header(self, index: int, path: Path) -> int:
        """Add an empty sub-table behind everything of its profile, in the indentation of the last header there."""
        statements = list(self._of(index))
        position = statements[-1][0] + 1
        indent = [statement for _position, statement in statements if statement.is_header][-1].indent
        self._put(position, _Statement(self._newline, index))
        text = f"{indent}[{tomlkit.key([_ARRAY, *path]).as_string()}]{self._newline}"
        self._put(position + 1, _Statement(text, index, path))
        return position + 1

    def _indent_under(self, index: int, header: _Statement) -> str:
        """How far to indent the first key of a table: as the profile's other tables do."""
        above: _Statement | None = None
        for _position, statement in self._of(index):
            if statement.is_header:
                above = statement
            elif above is not None and statement.indent.startswith(above.indent):
                return header.indent + statement.indent[len(above.indent) :]
        return header.indent

    def _add_profile(self) -> int:
        index = max((s.profile for s in self._statements if s.profile is not None), default=-1) + 1
        if self._statements and not self._statements[-1].is_empty:
            self._put(len(self._statements), _Statement(self._newline))
        self._put(len(self._statements), _Statement(f"[[{_ARRAY}]]{self._newline}", index, ()))
        return index

    def _put(self, position: int, statement: _Statement) -> None:
        if position and not self._statements[position - 1].text.endswith("\n"):
            self._statements[position - 1].text += self._newline
        self._statements.insert(position, statement)

    # Removing statements

    def _remove(self, index: int, path: Path) -> None:
        inside = False
        for position, statement in reversed(list(self._of(index))):
            if statement.is_below(path):
                inside = True
                if statement.is_header:
                    self._cut(position, self._end_of_table(position))
                elif statement.header[: len(path)] != path:
                    del self._statements[position]
        if not inside:
            self._rewrite(index, path, None)

    def _remove_profile(self, index: int) -> None:
        headers = [position for position, statement in self._of(index) if statement.is_header]
        for position in reversed(headers):
            start = position
            if self._statements[position].path == ():
                start = self._start_of_own_comment(position)
            self._cut(start, self._end_of_table(position))

    def _end_of_table(self, position: int) -> int:
        """Behind the last key of the table that begins here; comments after that may belong to what follows."""
        end = position + 1
        for following in range(position + 1, len(self._statements)):
            statement = self._statements[following]
            if statement.is_header or statement.profile != self._statements[position].profile:
                break
            if statement.is_key:
                end = following + 1
        return end

    def _start_of_own_comment(self, position: int) -> int:
        """Where the comment directly above a header begins, if an empty line sets it off from what stands before."""
        start = position
        while start and self._statements[start - 1].is_comment:
            start -= 1
        return start if start and self._statements[start - 1].is_empty else position

    def _cut(self, start: int, end: int) -> None:
        """Delete statements and the empty lines that only separated them from the rest."""
        while start and self._statements[start - 1].is_empty:
            start -= 1
        while not start and end < len(self._statements) and self._statements[end].is_empty:
            end += 1
        del self._statements[start:end]

    # The whole array written inline: profile = [{...}, {...}]

    @staticmethod
    def _array_items(statement: _Statement) -> tuple[Any, Any]:
        document = tomlkit.parse(statement.text)
        return document, document[_ARRAY]

    def _replace_in_array(
        self,
        statement: _Statement,
        index: int | None,
        current: Mapping[str, Any] | None,
        wanted: Mapping[str, Any] | None,
    ) -> int:
        document, items = self._array_items(statement)
        position = len(items) if index is None else index
        if wanted is None:
            del items[position]
        elif index is None:
            items.append(_item(wanted))
        else:
            for path, value in _differences(current or {}, wanted):
                _change(items[position], path, value)
        statement.text = document.as_string()
        return position


def _statement_texts(text: str) -> Iterator[str]:
    """Cut a valid document into the shortest runs of lines that are valid by themselves."""
    pending = ""
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        pending += line
        if _is_complete(pending):
            yield pending
            pending = ""
    if pending:
        raise _UnfaithfulError


def _header_path(text: str) -> tuple[Path, bool]:
    names: list[str] = []
    data: Any = read_document(text)
    while data:
        if isinstance(data, list):
            return tuple(names), True
        ((name, data),) = data.items()
        names.append(name)
    return tuple(names), False


def _key_path(text: str) -> Path:
    """The key of a ``key = value`` statement, dotted keys in their parts."""
    names: list[str] = []
    item: Any = tomlkit.parse(text)
    while not names or isinstance(item, tomlkit.items.Table):
        ((name, item),) = item.items()
        names.append(str(name))
    return tuple(names)


def _differences(current: Mapping[str, Any], wanted: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """What to set, key by key, and what to remove (None); TOML has no null that this could be confused with."""
    for key in current:
        if key not in wanted:
            yield (*above, key), None
    for key, value in wanted.items():
        present = current.get(key)
        if isinstance(value, Mapping) and isinstance(present, Mapping):
            yield from _differences(present, value, (*above, key))
        elif key not in current or not _same(present, value):
            yield (*above, key), value


def _change(container: MutableMapping[str, Any], path: Path, value: Any) -> None:
    for name in path[:-1]:
        container = container[name]
    if value is None:
        del container[path[-1]]
    else:
        container[path[-1]] = _item(value)


def _item(value: Any) -> Any:
    """A value in the form it is written behind a key: tables inline."""
    if not isinstance(value, Mapping):
        return tomlkit.item(value)
    table = tomlkit.inline_table()
    for key, inner in value.items():
        table.append(key, _item(inner))
    return table

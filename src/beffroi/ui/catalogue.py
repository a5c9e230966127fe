"""Message catalogues: GNU .po text in and out, and the binary .mo that `gettext` reads.

Written here because the GNU tools (``msgfmt``, ``xgettext``) are not on a fresh machine. Sources: GNU gettext
manual, "The Format of PO Files" and "The Format of GNU MO Files". Only what our catalogues use is understood:
translator comments and obsolete entries are dropped, references (``#:``) and flags are kept.
"""

import ast
import re
import struct
from dataclasses import dataclass, field

_CONTEXT_END = "\x04"
_KEYWORD = re.compile(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[(\d)\])?) (".*")$')
MAGIC = 0x950412DE


@dataclass(frozen=True)
class Message:
    """One entry; `strings` holds one text, or one per plural form when `plural` is set."""

    text: str
    plural: str = ""
    context: str = ""
    strings: tuple[str, ...] = ()
    places: tuple[str, ...] = field(default=(), compare=False)
    python_format: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Identity within a catalogue: (context, singular)."""
        return (self.context, self.text)

    @property
    def translated(self) -> bool:
        """True when every form is filled in."""
        return bool(self.strings) and all(self.strings)


def header(language: str) -> str:
    """The header entry's text, without dates: a catalogue changes only when its messages do."""
    plural = "n > 1" if language == "fr" else "n != 1"
    return (
        f"Language: {language}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
        f"Content-Transfer-Encoding: 8bit\nPlural-Forms: nplurals=2; plural=({plural});\n"
    )


def parse(source: str) -> list[Message]:
    """Messages of a .po text, its header left out. Raises ValueError on a line that is none of the format's."""
    found: list[Message] = []
    for block in re.split(r"\n\s*\n", source):
        fields: dict[str, str] = {}
        places: list[str] = []
        current = ""
        flags = ""
        for line in block.splitlines():
            if line.startswith("#:"):
                places += line[2:].split()
            elif line.startswith("#"):
                flags += line if line.startswith("#,") else ""
            elif match := _KEYWORD.match(line):
                current = match[1]
                fields[current] = ast.literal_eval(match[3])
            elif line.startswith('"') and current:
                fields[current] += ast.literal_eval(line)
            elif line.strip():
                raise ValueError(f"not a line of a catalogue: {line[:60]}")
        if fields.get("msgid"):
            strings = tuple(fields[name] for name in sorted(fields) if name.startswith("msgstr"))
            found.append(
                Message(
                    fields["msgid"],
                    fields.get("msgid_plural", ""),
                    fields.get("msgctxt", ""),
                    strings,
                    tuple(places),
                    "python-format" in flags,
                )
            )
    return found


def _quoted(keyword: str, text: str) -> list[str]:
    def one(piece: str) -> str:
        escaped = piece.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        return f'"{escaped}"'

    lines = text.splitlines(keepends=True)
    if len(lines) <= 1:
        return [f"{keyword} {one(text)}"]
    return [f'{keyword} ""', *(one(line) for line in lines)]


def write(messages: list[Message], language: str) -> str:
    """The .po text of `messages`, sorted by key, so that two branches seldom conflict."""
    blocks = ["\n".join(['msgid ""', *_quoted("msgstr", header(language))])]
    for message in sorted(messages, key=lambda each: each.key):
        lines = [f"#: {place}" for place in sorted(set(message.places))]
        if message.python_format:
            lines.append("#, python-format")
        if message.context:
            lines += _quoted("msgctxt", message.context)
        lines += _quoted("msgid", message.text)
        if message.plural:
            lines += _quoted("msgid_plural", message.plural)
            forms = (*message.strings, "", "")[:2]
            for index, form in enumerate(forms):
                lines += _quoted(f"msgstr[{index}]", form)
        else:
            lines += _quoted("msgstr", message.strings[0] if message.strings else "")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def compiled(messages: list[Message], language: str) -> bytes:
    """The .mo bytes (little-endian, sorted, no hash table); untranslated messages are left out."""
    entries = {b"": header(language).encode()}
    for message in messages:
        if message.translated:
            key = (message.context + _CONTEXT_END if message.context else "") + message.text
            key += "\0" + message.plural if message.plural else ""
            entries[key.encode()] = "\0".join(message.strings).encode()
    keys = sorted(entries)
    count = len(keys)
    offset = 28 + 16 * count
    tables: tuple[list[bytes], list[bytes]] = ([], [])
    data = b""
    for table, texts in zip(tables, (keys, [entries[key] for key in keys]), strict=True):
        for text in texts:
            table.append(struct.pack("<II", len(text), offset + len(data)))
            data += text + b"\0"
    start = struct.pack("<7I", MAGIC, 0, count, 28, 28 + 8 * count, 0, offset)
    return start + b"".join(tables[0]) + b"".join(tables[1]) + data

"""The cases that all clients share, and what the programs of this folder have in common."""

import base64
import datetime
import json
import os
import pathlib
import sys

URL = os.environ.get("SCHEMA_REGISTRY_URL", "http://127.0.0.1:8081")


class Case:
    """One directory of `cases`: a schema, what it refers to, and values. A name that ends in `+header` asks for the framing in a header."""

    def __init__(self, cases, name):
        self.name = name
        self.in_header = name.endswith("+header")
        self.directory = pathlib.Path(cases) / name.removesuffix("+header")
        self.topic = self.directory.name
        self.__dict__.update({"references": [], **json.loads((self.directory / "case.json").read_text("utf-8"))})

    def text(self, file):
        return (self.directory / file).read_text("utf-8")


def native(value):
    """A value of a case as Python has it."""
    if isinstance(value, list):
        return [native(item) for item in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"$bytes": text}:
            return base64.b64decode(text)
        case {"$timestamp": text}:
            return datetime.datetime.fromisoformat(text)
    return {key: native(item) for key, item in value.items()}


def plain(value):
    """The inverse of `native`."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime.datetime):
        text = value.astimezone(datetime.timezone.utc).isoformat(timespec="milliseconds")
        return {"$timestamp": text.replace("+00:00", "Z")}
    return value


def run(write, read, calls):
    """The three things that each program does: see the README beside `cases`."""
    match sys.argv[1:]:
        case ["register-and-write", cases, out, *names]:
            for name in names:
                for number, (message, header) in enumerate(write(Case(cases, name))):
                    path = pathlib.Path(out) / f"{name}.{number}"
                    path.with_name(path.name + ".message").write_bytes(message)
                    if header is not None:
                        path.with_name(path.name + ".header").write_bytes(header)
        case ["read", cases, messages, *names]:
            for name in names:
                case = Case(cases, name)
                for number in range(len(case.values)):
                    path = pathlib.Path(messages) / f"{name}.{number}"
                    header = path.with_name(path.name + ".header")
                    message = path.with_name(path.name + ".message").read_bytes()
                    value = read(case, message, header.read_bytes() if header.exists() else None)
                    print(json.dumps({"case": name, "value": plain(value)}))
        case ["calls"]:
            calls()
        case _:
            sys.exit("usage: register-and-write CASES OUT NAME... | read CASES MESSAGES NAME... | calls")

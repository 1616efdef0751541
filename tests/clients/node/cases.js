// The cases that all clients share, and what the programs of this folder have in common.

const { existsSync, readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { argv, env, exit } = require("node:process");
const avro = require("avsc");

const URL = env.SCHEMA_REGISTRY_URL ?? "http://127.0.0.1:8081";

// avsc leaves logical types to its users; the type is the one of its documentation.
class Timestamp extends avro.types.LogicalType {
  _fromValue(value) { return new Date(value); }
  _toValue(value) { return value instanceof Date ? +value : undefined; }
}
const logicalTypes = { "timestamp-millis": Timestamp };

// One directory of `cases`: a schema, what it refers to, and values. A name that ends in `+header` asks for the framing in a header.
class Case {
  constructor(cases, name) {
    this.name = name;
    this.inHeader = name.endsWith("+header");
    this.topic = name.replace("+header", "");
    this.directory = join(cases, this.topic);
    this.references = [];
    Object.assign(this, JSON.parse(this.text("case.json")));
  }

  bytes(file) { return readFileSync(join(this.directory, file)); }

  text(file) { return this.bytes(file).toString("utf8"); }
}

// A value of a case as JavaScript has it.
function native(value) {
  if (Array.isArray(value)) return value.map(native);
  if (value === null || typeof value !== "object") return value;
  if ("$bytes" in value) return Buffer.from(value.$bytes, "base64");
  if ("$timestamp" in value) return new Date(value.$timestamp);
  return members(value, native);
}

// The inverse of `native`.
function plain(value) {
  if (Buffer.isBuffer(value) || value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (value instanceof Date) return { $timestamp: value.toISOString() };
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return members(value, plain);
}

function members(value, change) {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
}

// The three things that each program does: see the README beside `cases`.
function run(write, read, calls) {
  main(write, read, calls).catch(error => {
    console.error(error);
    exit(1);
  });
}

async function main(write, read, calls) {
  const [what, cases, directory, ...names] = argv.slice(2);
  if (what === "calls") {
    await calls();
  } else if (what === "register-and-write") {
    for (const name of names) {
      const messages = await write(new Case(cases, name));
      messages.forEach(({ message, header }, number) => {
        writeFileSync(join(directory, `${name}.${number}.message`), message);
        if (header) writeFileSync(join(directory, `${name}.${number}.header`), header);
      });
    }
  } else if (what === "read") {
    for (const name of names) {
      const one = new Case(cases, name);
      for (const number of one.values.keys()) {
        const path = join(directory, `${name}.${number}`);
        const header = existsSync(`${path}.header`) ? readFileSync(`${path}.header`) : undefined;
        const value = await read(one, readFileSync(`${path}.message`), header);
        console.log(JSON.stringify({ case: name, value: plain(value) }));
      }
    }
  } else {
    console.error("usage: register-and-write CASES OUT NAME... | read CASES MESSAGES NAME... | calls");
    exit(2);
  }
}

module.exports = { URL, logicalTypes, native, run };

// Runs what test/*.ts exports, each function as a test in an instance of its own. There is no host: what a
// test does not stand in for fails by its name.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

const module = new WebAssembly.Module(readFileSync(new URL("../build/test.wasm", import.meta.url)));
const tests = WebAssembly.Module.exports(module).filter(({ kind, name }) => kind === "function" && !name.startsWith("_"));
assert.ok(tests.length, "test/*.ts exports no function");

function start() {
  let memory;
  const text = (at) => {
    if (!at) return "";
    const size = new Uint32Array(memory.buffer)[(at - 4) >>> 2];
    return new TextDecoder("utf-16le").decode(new Uint8Array(memory.buffer, at, size));
  };
  const known = {
    abort: (message, file, line) => { throw new Error(`${text(message) || "assertion failed"} at ${text(file)}:${line}`); },
    "console.log": (message) => console.log(text(message)),
    "Date.now": () => Date.now(),
    seed: () => 1,
  };
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    const absent = () => { throw new Error(`${name} of ${from} needs a host; give the test one of its own`); };
    (imports[from] ??= {})[name] = (from === "env" && known[name]) || absent;
  }
  const { exports } = new WebAssembly.Instance(module, imports);
  memory = exports.memory;
  exports._initialize();
  return exports;
}

for (const { name } of tests) test(name, () => start()[name]());

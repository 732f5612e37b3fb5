// The operations without a host: what they ask of it is answered here. `engraft build --test` compiles them first.
import assert from "node:assert/strict";
import test from "node:test";

import { greet } from "../build/capability.js";
import { Failure, readJson, writeJson } from "../engraft/engraft.js";

function host() {
  const values = new Map();
  return {
    kv: {
      increment(key, delta) {
        values.set(key, (values.get(key) ?? 0) + delta);
        return values.get(key);
      },
    },
  };
}

test("it counts each name", () => {
  const here = host();
  assert.deepEqual(greet({ name: "Ada" }, here), { text: "Hello, Ada!", times: 1 });
  assert.deepEqual(greet({ name: " Ada " }, here), { text: "Hello, Ada!", times: 2 });
  assert.deepEqual(greet({ name: "Bob" }, here), { text: "Hello, Bob!", times: 1 });
});

test("no name is the caller's mistake", () => {
  for (const input of [{}, { name: " " }, { name: 3 }]) {
    assert.throws(() => greet(input, host()), (error) => error instanceof Failure && error.kind === "invalid-input");
  }
});

test("large whole numbers survive", () => {
  const text = '{"a":9223372036854775807,"b":"1234567890123456789","c":0.5}';
  assert.equal(writeJson(readJson(text)), text);
});

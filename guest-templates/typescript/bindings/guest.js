// Made by `engraft build` from capability.yaml.
import * as log from "engraft:capability/log@1.0.0";
import * as kv from "engraft:capability/kv@1.0.0";
import * as fault from "engraft:capability/fault@1.0.0";
import { guest } from "../engraft/guest.js";
import * as capability from "../src/capability.ts";

const description = {
  name: "example.greet",
  summary: "Greets people by their names.",
  operations: [{"examples":[{"input":"{\"name\":\"Ada\"}","output":"{\"text\":\"Hello, Ada!\",\"times\":1}"}],"inputSchema":"{\"additionalProperties\":false,\"properties\":{\"name\":{\"description\":\"Whom to greet.\",\"maxLength\":100,\"minLength\":1,\"type\":\"string\"}},\"required\":[\"name\"],\"type\":\"object\"}","intents":["say hello to {name}","greet {name}"],"name":"greet","outputSchema":"{\"properties\":{\"text\":{\"description\":\"What to say.\",\"type\":\"string\"},\"times\":{\"description\":\"How often this name was greeted, this time included.\",\"type\":\"integer\"}},\"required\":[\"text\",\"times\"],\"type\":\"object\"}","summary":"Greets a person and counts it."}],
  permissions: [{ tag: "log" }, { tag: "kv", val: { bytes: 65536, keys: 1000 } }],
};

const operations = {
  "greet": capability["greet"],
};
for (const [name, run] of Object.entries(operations)) {
  if (typeof run !== "function") {
    throw new Error(`src/capability.ts exports no function for the operation ${name}; capability.yaml lists it`);
  }
}

const made = guest(description, operations, { log, kv, fault }, capability);
export const describe = made.describe;
export const invoke = made.invoke;

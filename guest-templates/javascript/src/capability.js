// Greets people, and remembers how often.
import { Failure } from "../engraft/engraft.js";

// Names longer than this are no names, and would fill the store.
const NAME_CHARACTERS_MAX = 100;

/** Greets a person and counts it. */
export function greet(input, host) {
  const name = typeof input.name === "string" ? input.name.trim() : "";
  if (name === "" || name.length > NAME_CHARACTERS_MAX) {
    throw Failure.invalidInput("a name has 1 to 100 characters");
  }
  const times = host.kv.increment(`greeted/${name}`, 1);
  return { text: `Hello, ${name}!`, times };
}

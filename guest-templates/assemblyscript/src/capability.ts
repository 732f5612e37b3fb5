// Greets people, and remembers how often.
import { Host } from "../bindings/host";
import { Answer, Json } from "../engraft/engraft";

// Names longer than this are no names, and would fill the store.
const NAME_CHARACTERS_MAX = 100;

/** Greets a person and counts it. */
export function greet(input: Json, host: Host): Answer {
  const given = input.textOf("name");
  const name = given ? given.trim() : "";
  if (name.length < 1 || name.length > NAME_CHARACTERS_MAX) {
    return Answer.invalidInput("a name has 1 to 100 characters");
  }
  const times = host.kv.increment("greeted/" + name, 1);
  if (times.isRefused) return times.refusal;
  return Answer.of(Json.object()
    .set("text", Json.text("Hello, " + name + "!"))
    .set("times", Json.integer(times.value)));
}

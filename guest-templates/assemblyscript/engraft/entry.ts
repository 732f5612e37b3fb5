// Being called by the host, by the canonical ABI.
import { Answer, Json } from "./engraft";
import { area, forget, lend, lentSize, room, takeBytes, takeText } from "./memory";

/** What the capability says of itself: an image of it in memory, and where addresses are in it. */
export function describeBy(image: usize, size: usize, addresses: StaticArray<u32>): usize {
  const at = room(size);
  memory.copy(at, image, size);
  for (let i = 0; i < addresses.length; i++) {
    const place = at + addresses[i];
    store<u32>(place, load<u32>(place) + <u32>at);
  }
  return at;
}

export function serve(operation: usize, operationSize: usize, input: usize, inputSize: usize, run: (operation: string, input: Json) => Answer): usize {
  const name = takeText(operation, operationSize);
  const value = Json.parse(takeText(input, inputSize));
  if (!value) return reply(Answer.invalidInput("the input is not JSON"));
  return reply(run(name, value));
}

/** A result<string, failure>, and so a result<list<u8>, failure>. */
export function reply(answer: Answer): usize {
  memory.fill(area, 0, 64);
  const output = answer.output;
  if (output) {
    store<u32>(area + 4, <u32>lend(output.toString()));
    store<u32>(area + 8, <u32>lentSize);
    return area;
  }
  store<u8>(area, 1);
  store<u8>(area + 4, <u8>answer.kind);
  store<u32>(area + 8, <u32>lend(answer.message));
  store<u32>(area + 12, <u32>lentSize);
  store<u8>(area + 16, <u8>answer.retryable);
  store<u8>(area + 17, <u8>answer.effectHappened);
  return area;
}

export function restoreBy(version: usize, versionSize: usize, saved: usize, savedSize: usize, restore: (version: string, saved: Json) => Answer): usize {
  const from = takeText(version, versionSize);
  const kept = takeBytes(saved, savedSize);
  const value = Json.parse(String.UTF8.decodeUnsafe(kept.dataStart, kept.length));
  return reply(value ? restore(from, value) : Answer.invalidInput("what was saved is not JSON"));
}

export function after(): void { forget(); }

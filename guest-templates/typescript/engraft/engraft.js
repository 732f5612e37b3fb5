// What a capability in JavaScript is written with. Nothing here needs a host, so tests run anywhere.

/** Why an operation gave no output; throw it. Anything else that is thrown becomes `failed`. */
export class Failure extends Error {
  constructor(kind, message, { retryable = false, effectHappened = false } = {}) {
    super(message);
    this.kind = kind;
    this.retryable = retryable;
    this.effectHappened = effectHappened;
  }
  /** The input does not fit; another would. */
  static invalidInput(message) { return new Failure("invalid-input", message); }
  /** Something that is needed was not allowed. */
  static denied(message) { return new Failure("denied", message); }
  /** Something that is needed is away; it may be tried again. */
  static unavailable(message) { return new Failure("unavailable", message, { retryable: true }); }
  /** Anything else. */
  static failed(message) { return new Failure("failed", message); }
}

/** Reads JSON; whole numbers that a double cannot hold become BigInt. */
export function readJson(text) {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  // Long numbers are marked as strings that no other string can be, and turned back.
  const mark = "\u0000n";
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, (token) =>
    token[0] === '"' ? token : JSON.stringify(mark + token));
  return JSON.parse(marked, (key, value) => {
    if (typeof value !== "string" || !value.startsWith(mark)) return value;
    const digits = value.slice(mark.length);
    const number = Number(digits);
    return Number.isSafeInteger(number) ? number : BigInt(digits);
  });
}

/** Writes JSON; BigInt become whole numbers, and nothing becomes null. */
export function writeJson(value) {
  if (typeof value === "bigint") return value.toString();
  if (value === null || typeof value !== "object" || typeof value.toJSON === "function") {
    return JSON.stringify(value) ?? "null";
  }
  if (Array.isArray(value)) return `[${value.map(writeJson).join(",")}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${writeJson(member)}`).join(",")}}`;
}

// The way between the host and the operations: what is thrown becomes a typed failure, what is printed
// a log line, and time and chance are the host's where they are asked for.
import { Failure, readJson, writeJson } from "./engraft.js";

const EPOCH = 946684800000;
// QuickJS has no TextEncoder; what is not UTF-8 becomes U+FFFD.
const text = (bytes) => {
  const encoded = Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  try { return decodeURIComponent(encoded); } catch { return Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : "\ufffd")).join(""); }
};
const bytes = (value) => {
  if (typeof value !== "string") return value;
  const encoded = encodeURIComponent(value.toWellFormed?.() ?? value);
  return Uint8Array.from(encoded.match(/%..|[^%]/g) ?? [], (token) =>
    token[0] === "%" ? parseInt(token.slice(1), 16) : token.charCodeAt(0));
};
const number = (big) => (Number.isSafeInteger(Number(big)) ? Number(big) : big);

/** An error of the host as the failure that tells a caller the truth. */
function refused(error) {
  const { tag, val } = error?.payload ?? error ?? {};
  switch (tag) {
    case "denied": return Failure.denied(val);
    case "exhausted": return new Failure("unavailable", val);
    case "unavailable": return Failure.unavailable(val);
    case "failed": return new Failure("failed", val, { effectHappened: true });
    case "invalid": return Failure.failed(val);
    default: return error;
  }
}

function ask(call) {
  try {
    return call();
  } catch (error) {
    throw refused(error);
  }
}

/** The host as operations see it; what is not asked for in capability.yaml is not there. */
export function hostOf(bindings) {
  const { log, clock, random, kv, http, call, progress, secrets, config } = bindings;
  const host = {};
  if (log) host.log = (level, message, fields = {}) => {
    try { log.write(level, String(message), Object.entries(fields)); } catch { /* Nobody listens. */ }
  };
  if (clock) host.now = () => ask(() => {
    const { seconds, nanoseconds } = clock.now();
    return new RealDate(Number(seconds) * 1000 + Math.floor(nanoseconds / 1e6));
  });
  if (random) host.random = {
    bytes: (count) => ask(() => random.bytes(count)),
    number: () => BigInt(ask(() => random.number())),
  };
  if (kv) host.kv = {
    get: (key) => ask(() => { const found = kv.get(key); return found == null ? undefined : text(found); }),
    set: (key, value) => ask(() => kv.set(key, bytes(value))),
    delete: (key) => ask(() => kv.delete(key)),
    keys: (prefix = "", after = undefined, limit = 1000) => ask(() => kv.keys(prefix, after, limit)),
    increment: (key, delta = 1) => number(ask(() => kv.increment(key, Number(delta)))),
  };
  if (http) {
    const request = ({ method = "GET", url, headers = {}, body, credentials = [], timeoutMs }) => ({
      method, url, headers: Object.entries(headers), body: body === undefined ? undefined : bytes(body),
      credentials, timeoutMs,
    });
    const response = ({ status, headers, body }) => ({ status, headers, body: text(body) });
    host.http = {
      send: (wanted) => response(ask(() => http.send(request(wanted)))),
      // Side by side; each is a response, or a Failure.
      sendAll: (wanted) => ask(() => http.sendAll(wanted.map(request))).map((result) =>
        result.tag === "ok" ? response(result.val) : refused(result.val)),
    };
  }
  if (call) host.call = (capability, operation, input) => {
    try {
      return readJson(call.invoke({ capability, operation, input: writeJson(input) }));
    } catch (error) {
      const { tag, val } = error?.payload ?? error ?? {};
      throw tag && val?.message !== undefined ? new Failure(tag, val.message, val) : error;
    }
  };
  if (progress) host.progress = (fraction, message = "") => {
    try { progress.report(fraction, message); } catch { /* Nobody watches. */ }
  };
  if (secrets) host.secrets = { exists: (name) => ask(() => secrets.exists(name)) };
  if (config) host.config = (key) => ask(() => config.get(key) ?? undefined);
  return host;
}

const RealDate = Date;

/** Puts the host in place of what would trap in a sealed interpreter. */
function seal(host) {
  const show = (value) => {
    if (typeof value === "string") return value;
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    try { return writeJson(value); } catch { return String(value); }
  };
  const say = (level) => (...values) => host.log?.(level, values.map(show).join(" "));
  globalThis.console = {
    log: say("info"), info: say("info"), debug: say("debug"), trace: say("trace"), warn: say("warn"), error: say("error"),
  };
  const now = () => {
    try { return host.now ? host.now().getTime() : EPOCH; } catch { return EPOCH; }
  };
  globalThis.Date = new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, given, made) =>
      Reflect.construct(target, given.length ? given : [now()], made === globalThis.Date ? target : made),
    get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
  });
  let state = 0x9e3779b9 | 0;
  Math.random = () => {
    try { if (host.random) return Number(host.random.number() >> 11n) / 2 ** 53; } catch { /* Then by itself. */ }
    state ^= state << 13; state ^= state >>> 17; state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
  Object.defineProperty(globalThis, "performance", { value: { now: () => now() - EPOCH }, configurable: true });
}

/** What the world of a capability exports. */
export function guest(description, operations, bindings, state) {
  const host = hostOf(bindings);
  seal(host);
  const guard = (run) => (...given) => {
    try {
      return run(...given);
    } catch (error) {
      const failure = error instanceof Failure ? error : Failure.failed(`${error?.name ?? "error"}: ${error?.message ?? error}`);
      if (!(error instanceof Failure)) host.log?.("error", String(error?.stack ?? error));
      const { kind, message, retryable, effectHappened } = failure;
      throw { tag: kind, val: { message, retryable, effectHappened } };
    }
  };
  return {
    describe: () => description,
    invoke: guard((operation, input) => {
      const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (!run) throw Failure.invalidInput(`there is no operation \`${operation}\``);
      let value;
      try { value = readJson(input); } catch (error) { throw Failure.invalidInput(`the input is not JSON: ${error.message}`); }
      return writeJson(run(value, host));
    }),
    state: {
      save: guard(() => bytes(writeJson(state?.save?.(host)))),
      restore: guard((version, saved) => { state?.restore?.(version, readJson(text(saved)), host); }),
    },
  };
}

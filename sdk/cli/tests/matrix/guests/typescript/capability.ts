import type { AskInput, CountOutput, FetchInput, Host, KeepInput, NumbersInput } from "../bindings/types.js";
import { Failure } from "../engraft/engraft.js";

export const mirror = (input: unknown): unknown => input;
export const numbers = ({ integer, number }: NumbersInput) => ({ integer, number });
export const refuse = (): never => { throw Failure.unavailable("try again later"); };
const $throw = (): unknown => (undefined as unknown as { something: number }).something;
export { $throw as throw };
export const trap = (): never => { throw new Error("this language has no trap of its own"); };
const deeper = (n: number): number => deeper(n + 1) + 1;
export const recurse = () => deeper(0);
export const count = (_: unknown, host: Host): CountOutput => host.kv.increment("calls", 1);
export const fetch = ({ url }: FetchInput, host: Host): string[] =>
  host.http.sendAll([{ url }, { method: "POST", url, body: "body" }]).map((got) => {
    if (got instanceof Failure) throw got;
    return got.body;
  });
export const ask = ({ capability }: AskInput, host: Host) => host.call(capability, "mirror", "hello");
export const report = (_: unknown, host: Host) => { host.progress(0.5, "half"); return null; };
export const spin = (): never => { for (;;) { /* for ever */ } };
export const hoard = (): never => { const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1)); };
declare const console: { log(...values: unknown[]): void };
export const look = (_: unknown, host: Host) => {
  console.log("a printed line");
  return [host.now().getTime(), Date.now(), new Date().toISOString(), host.random.number(), Math.random()];
};
let held = "", from = "";
export const keep = ({ text }: KeepInput) => { held = text; return null; };
export const kept = (): string[] => [held, from];
export const save = (): unknown => held;
export const restore = (version: string, saved: unknown): void => {
  if (typeof saved !== "string") throw Failure.invalidInput("that was not saved by me");
  [held, from] = [saved, version];
};

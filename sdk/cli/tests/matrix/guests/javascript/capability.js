import { Failure } from "../engraft/engraft.js";

export const mirror = (input) => input;
export const numbers = ({ integer, number }) => ({ integer, number });
export const refuse = () => { throw Failure.unavailable("try again later"); };
export const $throw = () => undefined.something;
export { $throw as throw };
export const trap = () => { throw new Error("this language has no trap of its own"); };
const deeper = (n) => deeper(n + 1) + 1;
export const recurse = () => deeper(0);
export const count = (_, host) => host.kv.increment("calls", 1);
export const fetch = ({ url }, host) =>
  host.http.sendAll([{ url }, { method: "POST", url, body: "body" }]).map((got) => {
    if (got instanceof Failure) throw got;
    return got.body;
  });
export const ask = ({ capability }, host) => host.call(capability, "mirror", "hello");
export const report = (_, host) => { host.progress(0.5, "half"); return null; };
export const spin = () => { for (;;) { /* for ever */ } };
export const hoard = () => { const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1)); };
export const look = (_, host) => {
  console.log("a printed line");
  return [host.now().getTime(), Date.now(), new Date().toISOString(), host.random.number(), Math.random()];
};
let [held, from] = ["", ""];
export const keep = ({ text }) => { held = text; return null; };
export const kept = () => [held, from];
export const save = () => held;
export const restore = (version, saved) => {
  if (typeof saved !== "string") throw Failure.invalidInput("that was not saved by me");
  [held, from] = [saved, version];
};

import { Host } from "../bindings/host";
import { Answer, Json } from "../engraft/engraft";
import { Request } from "../engraft/host/http";

export function mirror(input: Json, host: Host): Answer { return Answer.of(input); }

export function numbers(input: Json, host: Host): Answer {
  const integer = input.member("integer"), number = input.member("number");
  if (!integer || !integer.isInteger()) return Answer.invalidInput("no integer");
  if (!number || !number.isNumber()) return Answer.invalidInput("no number");
  return Answer.of(Json.object()
    .set("integer", Json.integer(integer.asInteger()))
    .set("number", Json.number(number.asNumber())));
}

export function refuse(input: Json, host: Host): Answer { return Answer.unavailable("try again later"); }
export function throw_(input: Json, host: Host): Answer { throw new Error("something went wrong"); }
export function trap(input: Json, host: Host): Answer { return unreachable(); }

function deeper(n: i64): i64 { return deeper(n + 1) + load<u8>(<usize>(n & 1023)); }
export function recurse(input: Json, host: Host): Answer { return Answer.of(Json.integer(deeper(0))); }

export function count(input: Json, host: Host): Answer {
  const sum = host.kv.increment("calls", 1);
  return sum.isRefused ? sum.refusal : Answer.of(Json.integer(sum.value));
}

export function fetch(input: Json, host: Host): Answer {
  const url = input.textOf("url")!;
  const got = host.http.sendAll([new Request("GET", url), new Request("POST", url).text("body")]);
  if (got.isRefused) return got.refusal;
  const output = Json.array();
  for (let i = 0; i < got.value.length; i++) {
    const why = got.value[i].why;
    if (why) return why;
    output.push(Json.text(got.value[i].text()));
  }
  return Answer.of(output);
}

export function ask(input: Json, host: Host): Answer {
  const got = host.call.invoke(input.textOf("capability")!, "mirror", Json.text("hello"));
  return got.isRefused ? got.refusal : Answer.of(got.value);
}

export function report(input: Json, host: Host): Answer {
  host.progress.report(0.5, "half");
  return Answer.of(Json.nothing());
}

let spun: i32 = 0;
export function spin(input: Json, host: Host): Answer {
  while (true) spun++;
}

const hoarded: Array<Uint8Array> = [];
export function hoard(input: Json, host: Host): Answer {
  while (true) hoarded.push(new Uint8Array(1 << 20).fill(1));
}

let held = "", from = "";
export function keep(input: Json, host: Host): Answer {
  held = input.textOf("text")!;
  return Answer.of(Json.nothing());
}
export function kept(input: Json, host: Host): Answer {
  return Answer.of(Json.array().push(Json.text(held)).push(Json.text(from)));
}
export function save(host: Host): Answer { return Answer.of(Json.text(held)); }
export function restore(version: string, saved: Json, host: Host): Answer {
  if (!saved.isText()) return Answer.invalidInput("that was not saved by me");
  held = saved.asText();
  from = version;
  return Answer.of(Json.nothing());
}

export function look(input: Json, host: Host): Answer {
  console.log("a printed line");
  const now = host.clock.now(), number = host.random.number();
  if (now.isRefused) return now.refusal;
  if (number.isRefused) return number.refusal;
  return Answer.of(Json.array()
    .push(Json.integer(now.value))
    .push(Json.integer(Date.now()))
    .push(Json.unsigned(number.value))
    .push(Json.number(Math.random())));
}

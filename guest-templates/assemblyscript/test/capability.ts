// The operations without a host: what they ask of it is answered here. Each exported function is a test.
import { Host } from "../bindings/host";
import { Answer, FailureKind, Got, Json } from "../engraft/engraft";
import { Kv } from "../engraft/host/kv";
import { greet } from "../src/capability";

class Store extends Kv {
  private sums: Map<string, i64> = new Map();
  private isDenied: bool = false;

  denying(): Store {
    this.isDenied = true;
    return this;
  }

  increment(key: string, delta: i64 = 1): Got<i64> {
    if (this.isDenied) return Got.refused<i64>(Answer.denied("kv is not granted"), 0);
    const sum = (this.sums.has(key) ? this.sums.get(key) : 0) + delta;
    this.sums.set(key, sum);
    return Got.value<i64>(sum);
  }
}

function greeted(host: Host, input: string): Answer { return greet(Json.parse(input)!, host); }

function output(answer: Answer): string {
  const output = answer.output;
  return output ? output.toString() : "refused: " + answer.message;
}

export function itCountsEachName(): void {
  const host = new Host();
  host.kv = new Store();
  assert(output(greeted(host, '{"name": "Ada"}')) == '{"text":"Hello, Ada!","times":1}', "the first");
  assert(output(greeted(host, '{"name": " Ada "}')) == '{"text":"Hello, Ada!","times":2}', "the second");
  assert(output(greeted(host, '{"name": "Bob"}')) == '{"text":"Hello, Bob!","times":1}', "another name");
}

export function noNameIsTheCallersMistake(): void {
  const wrong = ["{}", '{"name": " "}', '{"name": 3}'];
  for (let i = 0; i < wrong.length; i++) {
    const answer = greeted(new Host(), wrong[i]);
    assert(answer.output === null && answer.kind == FailureKind.InvalidInput, wrong[i]);
  }
}

export function withoutAStoreItSaysSo(): void {
  const host = new Host();
  host.kv = new Store().denying();
  assert(greeted(host, '{"name": "Ada"}').kind == FailureKind.Denied);
}

export function numbersAtTheirEdgesSurvive(): void {
  const numbers = ["9223372036854775807", "0.1", "5e-324", "1.7976931348623157e+308", "-0"];
  for (let i = 0; i < numbers.length; i++) {
    const read = Json.parse(numbers[i])!;
    assert((read.isInteger() && numbers[i] != "-0" ? Json.integer(read.asInteger()) : Json.number(read.asNumber())).toString() == numbers[i], numbers[i]);
  }
}

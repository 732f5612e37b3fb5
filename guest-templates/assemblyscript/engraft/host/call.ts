import { Answer, FailureKind, Got, Json } from "../engraft";
import { area, lend, lentSize, takeText } from "../memory";

@external("engraft:capability/call@1.0.0", "invoke")
declare function invoke(name: usize, nameSize: usize, operation: usize, operationSize: usize, input: usize, inputSize: usize, result: usize): void;

/** Other capabilities. */
export class Call {
  invoke(capability: string, operation: string, input: Json): Got<Json> {
    const name = lend(capability), nameSize = lentSize;
    const which = lend(operation), whichSize = lentSize;
    const given = lend(input.toString());
    invoke(name, nameSize, which, whichSize, given, lentSize, area);
    if (load<u8>(area)) {
      const answer = Answer.failure(<FailureKind>load<u8>(area + 4), takeText(load<u32>(area + 8), load<u32>(area + 12)));
      answer.retryable = load<u8>(area + 16) != 0;
      answer.effectHappened = load<u8>(area + 17) != 0;
      return Got.refused<Json>(answer, Json.nothing());
    }
    const output = Json.parse(takeText(load<u32>(area + 4), load<u32>(area + 8)));
    if (!output) return Got.refused<Json>(Answer.failed("the other capability gave no JSON"), Json.nothing());
    return Got.value<Json>(output);
  }
}

// An error of the host as the answer that tells a caller the truth.
import { Answer, FailureKind } from "../engraft";
import { takeText } from "../memory";

/** Reads a host-error: a tag, and a text 4 bytes later. */
export function refusal(at: usize): Answer {
  const message = takeText(load<u32>(at + 4), load<u32>(at + 8));
  switch (load<u8>(at)) {
    case 0: return Answer.denied(message);
    case 1: return Answer.failure(FailureKind.Unavailable, message);
    case 3: return Answer.unavailable(message);
    case 4: {
      const answer = Answer.failed(message);
      answer.effectHappened = true;
      return answer;
    }
    default: return Answer.failed(message);
  }
}

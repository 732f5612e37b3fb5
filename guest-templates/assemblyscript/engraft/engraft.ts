// What a capability in AssemblyScript is written with. Nothing here needs a host, so tests run anywhere.
import { Json } from "./json";

export { Json, Kind } from "./json";

export enum FailureKind { InvalidInput, Denied, Unavailable, Failed }

/** What an operation gives: an output, or why there is none. AssemblyScript cannot catch what is thrown, */
/** so a failure is given back. */
export class Answer {
  output: Json | null = null;
  kind: FailureKind = FailureKind.Failed;
  message: string = "";
  /** The same call may succeed later. */
  retryable: bool = false;
  /** Something outside has changed already. */
  effectHappened: bool = false;

  static of(output: Json): Answer {
    const answer = new Answer();
    answer.output = output;
    return answer;
  }
  static failure(kind: FailureKind, message: string): Answer {
    const answer = new Answer();
    answer.kind = kind;
    answer.message = message;
    return answer;
  }
  /** The input does not fit; another would. */
  static invalidInput(message: string): Answer { return Answer.failure(FailureKind.InvalidInput, message); }
  /** Something that is needed was not allowed. */
  static denied(message: string): Answer { return Answer.failure(FailureKind.Denied, message); }
  /** Something that is needed is away; it may be tried again. */
  static unavailable(message: string): Answer {
    const answer = Answer.failure(FailureKind.Unavailable, message);
    answer.retryable = true;
    return answer;
  }
  /** Anything else. */
  static failed(message: string): Answer { return Answer.failure(FailureKind.Failed, message); }
}

/** What the host gave, or why it gave nothing. */
export class Got<T> {
  private constructor(private given: T, private why: Answer | null) {}

  static value<T>(value: T): Got<T> { return new Got<T>(value, null); }
  static refused<T>(why: Answer, none: T): Got<T> { return new Got<T>(none, why); }

  get isRefused(): bool { return this.why !== null; }
  /** The answer to give where it was refused. */
  get refusal(): Answer { return this.why!; }
  get value(): T { return this.given; }
}

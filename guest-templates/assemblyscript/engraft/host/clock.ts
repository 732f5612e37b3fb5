import { Got } from "../engraft";
import { area } from "../memory";
import { refusal } from "./error";

@external("engraft:capability/clock@1.0.0", "now")
declare function now(result: usize): void;

/** The time, as the host tells it; `Date.now()` is the same. */
export class Clock {
  /** Milliseconds since 1970. */
  now(): Got<i64> {
    now(area);
    if (load<u8>(area)) return Got.refused<i64>(refusal(area + 8), 0);
    return Got.value<i64>(load<i64>(area + 8) * 1000 + <i64>(load<u32>(area + 16) / 1000000));
  }
}

import { Got } from "../engraft";
import { area } from "../memory";
import { refusal } from "./error";

@external("engraft:capability/random@1.0.0", "number")
declare function number(result: usize): void;

/** Chance, as the host gives it; `Math.random()` is seeded from it. */
export class Random {
  number(): Got<u64> {
    number(area);
    if (load<u8>(area)) return Got.refused<u64>(refusal(area + 8), 0);
    return Got.value<u64>(load<u64>(area + 8));
  }
}

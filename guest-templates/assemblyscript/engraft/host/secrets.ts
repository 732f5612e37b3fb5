import { Got } from "../engraft";
import { area, lend, lentSize } from "../memory";
import { refusal } from "./error";

@external("engraft:capability/secrets@1.0.0", "exists")
declare function exists(name: usize, size: usize, result: usize): void;

/** Which secrets there are; their values stay in the host. */
export class Secrets {
  exists(name: string): Got<bool> {
    const at = lend(name);
    exists(at, lentSize, area);
    if (load<u8>(area)) return Got.refused<bool>(refusal(area + 4), false);
    return Got.value<bool>(load<u8>(area + 4) != 0);
  }
}

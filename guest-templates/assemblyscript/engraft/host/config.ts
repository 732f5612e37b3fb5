import { Got } from "../engraft";
import { area, lend, lentSize, takeText } from "../memory";
import { refusal } from "./error";

@external("engraft:capability/config@1.0.0", "get")
declare function get(key: usize, size: usize, result: usize): void;

/** Settings that the embedding program or a person has made. */
export class Config {
  get(key: string): Got<string | null> {
    const at = lend(key);
    get(at, lentSize, area);
    if (load<u8>(area)) return Got.refused<string | null>(refusal(area + 4), null);
    if (!load<u8>(area + 4)) return Got.value<string | null>(null);
    return Got.value<string | null>(takeText(load<u32>(area + 8), load<u32>(area + 12)));
  }
}

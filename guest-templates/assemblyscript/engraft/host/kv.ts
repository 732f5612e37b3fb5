import { Got } from "../engraft";
import { area, lend, lendBytes, lentSize, takeBytes, takeText } from "../memory";
import { refusal } from "./error";

@external("engraft:capability/kv@1.0.0", "get")
declare function get(key: usize, size: usize, result: usize): void;
@external("engraft:capability/kv@1.0.0", "set")
declare function set(key: usize, size: usize, value: usize, valueSize: usize, result: usize): void;
@external("engraft:capability/kv@1.0.0", "delete")
declare function remove(key: usize, size: usize, result: usize): void;
@external("engraft:capability/kv@1.0.0", "keys")
declare function keys(prefix: usize, size: usize, has: i32, after: usize, afterSize: usize, limit: i32, result: usize): void;
@external("engraft:capability/kv@1.0.0", "increment")
declare function increment(key: usize, size: usize, delta: i64, result: usize): void;

/** Values that outlive a call. Tests replace it by a class of their own that extends it. */
export class Kv {
  get(key: string): Got<Uint8Array | null> {
    const at = lend(key);
    get(at, lentSize, area);
    if (load<u8>(area)) return Got.refused<Uint8Array | null>(refusal(area + 4), null);
    if (!load<u8>(area + 4)) return Got.value<Uint8Array | null>(null);
    return Got.value<Uint8Array | null>(takeBytes(load<u32>(area + 8), load<u32>(area + 12)));
  }

  set(key: string, value: Uint8Array): Got<bool> {
    const at = lend(key), size = lentSize;
    set(at, size, lendBytes(value), value.length, area);
    return load<u8>(area) ? Got.refused<bool>(refusal(area + 4), false) : Got.value<bool>(true);
  }

  /** Whether it was there. */
  delete(key: string): Got<bool> {
    const at = lend(key);
    remove(at, lentSize, area);
    if (load<u8>(area)) return Got.refused<bool>(refusal(area + 4), false);
    return Got.value<bool>(load<u8>(area + 4) != 0);
  }

  /** Keys that begin with `prefix`, in order, after `after` where that is not empty. */
  keys(prefix: string = "", after: string = "", limit: i32 = 1000): Got<Array<string>> {
    const at = lend(prefix), size = lentSize, behind = lend(after);
    keys(at, size, after.length ? 1 : 0, behind, lentSize, limit, area);
    const found: Array<string> = [];
    if (load<u8>(area)) return Got.refused<Array<string>>(refusal(area + 4), found);
    const list = <usize>load<u32>(area + 4), count = load<u32>(area + 8);
    for (let i: u32 = 0; i < count; i++) {
      found.push(takeText(load<u32>(list + i * 8), load<u32>(list + i * 8 + 4)));
    }
    heap.free(list);
    return Got.value<Array<string>>(found);
  }

  increment(key: string, delta: i64 = 1): Got<i64> {
    const at = lend(key);
    increment(at, lentSize, delta, area);
    if (load<u8>(area)) return Got.refused<i64>(refusal(area + 8), 0);
    return Got.value<i64>(load<i64>(area + 8));
  }
}

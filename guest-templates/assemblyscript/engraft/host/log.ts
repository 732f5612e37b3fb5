import { area, lend, lentSize } from "../memory";
import { refusal } from "./error";

@external("engraft:capability/log@1.0.0", "write")
declare function write(level: i32, at: usize, size: usize, fields: usize, count: usize, result: usize): void;

export enum Level { Trace, Debug, Info, Warn, Error }

/** Log lines. `console.log` and its like write some as well. */
export class Log {
  write(level: Level, message: string): void {
    const at = lend(message);
    write(level, at, lentSize, 8, 0, area);
    // Nobody may be listening; what the host says of that is freed.
    if (load<u8>(area)) refusal(area + 4);
  }
}

import { area, lend, lentSize } from "../memory";
import { refusal } from "./error";

@external("engraft:capability/progress@1.0.0", "report")
declare function report(known: i32, fraction: f64, at: usize, size: usize, result: usize): void;

export class Progress {
  /** `fraction` from 0 to 1; below 0 where nobody knows. */
  report(fraction: f64, message: string = ""): void {
    const at = lend(message);
    report(fraction < 0 ? 0 : 1, fraction, at, lentSize, area);
    if (load<u8>(area)) refusal(area + 4);
  }
}

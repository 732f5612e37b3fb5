// Decimal digits as doubles, rounded as IEEE 754 has it. AssemblyScript's own parser is off by a bit at
// times, and a number that was read has to be the number that was written.

// Digits beyond these cannot change the double; whether any of them is not 0 can.
const DIGITS_MAX = 800;
// Below and above, everything is zero or infinite.
const EXPONENT_MAX = 1200;

/** A whole number of any size, its lowest 32 bits first. */
class Big {
  limbs: Array<u32> = [];

  multiplyAdd(factor: u32, add: u32): void {
    let carry: u64 = add;
    for (let i = 0; i < this.limbs.length; i++) {
      carry += <u64>this.limbs[i] * factor;
      this.limbs[i] = <u32>carry;
      carry >>= 32;
    }
    if (carry) this.limbs.push(<u32>carry);
  }

  /** Divides, and says whether something was left. */
  divide(by: u32): bool {
    let rest: u64 = 0;
    for (let i = this.limbs.length - 1; i >= 0; i--) {
      rest = (rest << 32) | this.limbs[i];
      this.limbs[i] = <u32>(rest / by);
      rest %= by;
    }
    while (this.limbs.length && !this.limbs[this.limbs.length - 1]) this.limbs.pop();
    return rest != 0;
  }

  shiftWords(words: i32): void {
    const shifted = new Array<u32>(words);
    for (let i = 0; i < this.limbs.length; i++) shifted.push(this.limbs[i]);
    this.limbs = shifted;
  }

  bits(): i32 {
    const count = this.limbs.length;
    return count ? count * 32 - <i32>clz(this.limbs[count - 1]) : 0;
  }

  bit(at: i32): bool {
    return at >= 0 && ((this.limbs[at >> 5] >> (at & 31)) & 1) != 0;
  }

  /** Whether any bit below this one is set. */
  isRough(below: i32): bool {
    for (let at = 0; at < below; at++) if (this.bit(at)) return true;
    return false;
  }
}

/** The double nearest to digits times ten to the exponent; `digits` has no sign and no point. */
export function nearest(digits: string, exponent: i32): f64 {
  const big = new Big();
  let rough = false;
  for (let i = 0; i < digits.length; i++) {
    const digit = <u32>(digits.charCodeAt(i) - 48);
    if (i < DIGITS_MAX) {
      big.multiplyAdd(10, digit);
    } else {
      rough = rough || digit != 0;
      exponent++;
    }
  }
  if (!big.limbs.length || exponent < -EXPONENT_MAX) return 0;
  if (exponent > EXPONENT_MAX) return Infinity;
  let shift = 0;
  for (; exponent > 0; exponent--) big.multiplyAdd(10, 0);
  if (exponent < 0) {
    // Room for 64 bits of quotient: a digit takes less than four bits.
    const words = (-exponent * 4 + 64) / 32 + 1;
    big.shiftWords(words);
    shift = words * 32;
    for (; exponent < 0; exponent++) rough = big.divide(10) || rough;
  }
  return round(big, shift, rough);
}

/** The double nearest to the number, its last `shift` bits behind the point. */
function round(big: Big, shift: i32, rough: bool): f64 {
  const length = big.bits();
  if (!length) return 0;
  // The weight of the highest bit, and of the lowest that a double of that size keeps.
  const high = length - 1 - shift;
  const low = max(high - 52, -1074);
  let mantissa: u64 = 0;
  const cut = low + shift;
  for (let at = length - 1; at >= max(cut, 0); at--) mantissa = (mantissa << 1) | <u64>big.bit(at);
  if (cut < 0) mantissa <<= -cut;
  if (cut > 0 && big.bit(cut - 1) && (rough || big.isRough(cut - 1) || (mantissa & 1))) mantissa++;
  // Beyond the smallest normal number the hidden bit goes; a carry moves the exponent by itself.
  const biased: i64 = low == -1074 && mantissa < 1 << 52 ? 0 : low + 1074;
  if (biased > 2045) return Infinity;
  if (low == -1074) return reinterpret<f64>(mantissa);
  const bits = (<u64>biased << 52) + mantissa;
  return bits >= 0x7ff0000000000000 ? Infinity : reinterpret<f64>(bits);
}

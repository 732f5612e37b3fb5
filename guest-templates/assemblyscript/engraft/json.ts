// JSON values for a capability. Numbers keep their digits, so that 64-bit integers and the edges of floats
// come out as they went in.
import { nearest } from "./number";

// Deeper than any document, and shallow enough for the stack.
const DEPTH_MAX = 128;

export enum Kind { Null, Boolean, Number, Text, Array, Object }

export class Json {
  private constructor(public readonly kind: Kind) {}

  private yes: bool = false;
  /** A text, or the digits of a number. */
  private content: string = "";
  private items: Array<Json> = [];
  private keys: Array<string> = [];

  /** Null where the text is not JSON, or nested deeper than 128 levels. */
  static parse(text: string): Json | null {
    const reader = new Reader(text);
    const value = reader.value(0);
    reader.skip();
    return reader.isDone() ? value : null;
  }

  static nothing(): Json { return new Json(Kind.Null); }
  static boolean(value: bool): Json {
    const made = new Json(Kind.Boolean);
    made.yes = value;
    return made;
  }
  static text(value: string): Json { return Json.holding(Kind.Text, value); }
  static integer(value: i64): Json { return Json.holding(Kind.Number, value.toString()); }
  static unsigned(value: u64): Json { return Json.holding(Kind.Number, value.toString()); }
  /** What JSON does not have, infinities and not-a-number, becomes null. */
  static number(value: f64): Json {
    if (!isFinite(value)) return Json.nothing();
    const digits = value.toString();
    const short = digits.endsWith(".0") ? digits.substring(0, digits.length - 2) : digits;
    // AssemblyScript leaves out the sign of zero.
    return Json.holding(Kind.Number, value == 0 && reinterpret<u64>(value) ? "-0" : short);
  }
  static array(): Json { return new Json(Kind.Array); }
  static object(): Json { return new Json(Kind.Object); }
  static holding(kind: Kind, content: string): Json {
    const made = new Json(kind);
    made.content = content;
    return made;
  }

  /** Adds an item to an array; gives the array back. */
  push(value: Json): Json {
    this.items.push(value);
    return this;
  }
  /** Sets a member of an object; gives the object back. */
  set(key: string, value: Json): Json {
    const at = this.keys.indexOf(key);
    if (at >= 0) {
      this.items[at] = value;
    } else {
      this.keys.push(key);
      this.items.push(value);
    }
    return this;
  }

  /** How many items or members. */
  get length(): i32 { return this.items.length; }
  item(index: i32): Json | null { return index >= 0 && index < this.items.length ? this.items[index] : null; }
  key(index: i32): string { return this.keys[index]; }
  member(key: string): Json | null {
    const at = this.kind == Kind.Object ? this.keys.indexOf(key) : -1;
    return at < 0 ? null : this.items[at];
  }
  /** A member that is a text; null where there is none. */
  textOf(key: string): string | null {
    const found = this.member(key);
    return found && found.kind == Kind.Text ? found.content : null;
  }

  isText(): bool { return this.kind == Kind.Text; }
  /** The text; empty where it is none. */
  asText(): string { return this.kind == Kind.Text ? this.content : ""; }
  isBoolean(): bool { return this.kind == Kind.Boolean; }
  asBoolean(): bool { return this.yes; }
  /** Whether it is a whole number that fits 64 bits with a sign. */
  isInteger(): bool {
    return this.kind == Kind.Number && isWhole(this.content) && I64.parseInt(this.content).toString() == plain(this.content);
  }
  asInteger(): i64 { return I64.parseInt(this.content); }
  isUnsigned(): bool {
    return this.kind == Kind.Number && isWhole(this.content) && U64.parseInt(this.content).toString() == plain(this.content);
  }
  asUnsigned(): u64 { return U64.parseInt(this.content); }
  isNumber(): bool { return this.kind == Kind.Number; }
  asNumber(): f64 { return this.kind == Kind.Number ? double(this.content) : NaN; }

  toString(): string {
    const parts: Array<string> = [];
    this.write(parts);
    return parts.join("");
  }

  private write(parts: Array<string>): void {
    switch (this.kind) {
      case Kind.Null: parts.push("null"); break;
      case Kind.Boolean: parts.push(this.yes ? "true" : "false"); break;
      case Kind.Number: parts.push(this.content); break;
      case Kind.Text: writeText(this.content, parts); break;
      default: this.writeInside(parts);
    }
  }

  private writeInside(parts: Array<string>): void {
    const isObject = this.kind == Kind.Object;
    parts.push(isObject ? "{" : "[");
    for (let i = 0; i < this.items.length; i++) {
      if (i) parts.push(",");
      if (isObject) {
        writeText(this.keys[i], parts);
        parts.push(":");
      }
      this.items[i].write(parts);
    }
    parts.push(isObject ? "}" : "]");
  }
}

function isWhole(digits: string): bool {
  for (let i = 0; i < digits.length; i++) {
    const code = digits.charCodeAt(i);
    if (code == 0x2e || code == 0x65 || code == 0x45) return false;
  }
  return true;
}

/** `-0` is written as 0. */
function plain(digits: string): string { return digits == "-0" ? "0" : digits; }

function double(text: string): f64 {
  const isNegative = text.startsWith("-");
  let digits = "", exponent = 0, hasPoint = false;
  for (let i = isNegative ? 1 : 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code == 0x2e) {
      hasPoint = true;
    } else if (code == 0x65 || code == 0x45) {
      exponent += <i32>I64.parseInt(text.substring(i + (text.charCodeAt(i + 1) == 0x2b ? 2 : 1)));
      break;
    } else {
      digits += text.charAt(i);
      if (hasPoint) exponent--;
    }
  }
  const value = nearest(digits, exponent);
  return isNegative ? -value : value;
}

function writeText(text: string, parts: Array<string>): void {
  parts.push("\"");
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x20 && code != 0x22 && code != 0x5c) continue;
    if (i > from) parts.push(text.substring(from, i));
    from = i + 1;
    if (code == 0x22) parts.push("\\\"");
    else if (code == 0x5c) parts.push("\\\\");
    else if (code == 0x0a) parts.push("\\n");
    else parts.push("\\u00" + (code < 16 ? "0" : "") + code.toString(16));
  }
  if (from < text.length) parts.push(from ? text.substring(from) : text);
  parts.push("\"");
}

class Reader {
  private at: i32 = 0;
  constructor(private text: string) {}

  isDone(): bool { return this.at == this.text.length; }

  private code(): i32 { return this.at < this.text.length ? this.text.charCodeAt(this.at) : -1; }

  skip(): void {
    for (let code = this.code(); code == 0x20 || (code >= 0x09 && code <= 0x0d && code != 0x0b && code != 0x0c); code = this.code()) this.at++;
  }

  private take(word: string): bool {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  value(depth: i32): Json | null {
    if (depth > DEPTH_MAX) return null;
    this.skip();
    switch (this.code()) {
      case 0x22: {
        const text = this.quoted();
        return text === null ? null : Json.text(text);
      }
      case 0x5b: return this.list(depth);
      case 0x7b: return this.object(depth);
      case 0x6e: return this.take("null") ? Json.nothing() : null;
      case 0x74: return this.take("true") ? Json.boolean(true) : null;
      case 0x66: return this.take("false") ? Json.boolean(false) : null;
      default: return this.digits();
    }
  }

  private list(depth: i32): Json | null {
    const made = Json.array();
    this.at++;
    this.skip();
    if (this.take("]")) return made;
    while (true) {
      const item = this.value(depth + 1);
      if (!item) return null;
      made.push(item);
      this.skip();
      if (this.take("]")) return made;
      if (!this.take(",")) return null;
    }
  }

  private object(depth: i32): Json | null {
    const made = Json.object();
    this.at++;
    this.skip();
    if (this.take("}")) return made;
    while (true) {
      this.skip();
      const key = this.code() == 0x22 ? this.quoted() : null;
      this.skip();
      if (key === null || !this.take(":")) return null;
      const member = this.value(depth + 1);
      if (!member) return null;
      made.set(key, member);
      this.skip();
      if (this.take("}")) return made;
      if (!this.take(",")) return null;
    }
  }

  private run(): i32 {
    const from = this.at;
    while (this.code() >= 0x30 && this.code() <= 0x39) this.at++;
    return this.at - from;
  }

  private digits(): Json | null {
    const from = this.at;
    this.take("-");
    const isZero = this.code() == 0x30;
    const whole = this.run();
    if (!whole || (isZero && whole > 1)) return null;
    if (this.take(".") && !this.run()) return null;
    if (this.code() == 0x65 || this.code() == 0x45) {
      this.at++;
      if (!this.take("+")) this.take("-");
      if (!this.run()) return null;
    }
    return Json.holding(Kind.Number, this.text.substring(from, this.at));
  }

  private quoted(): string | null {
    const parts: Array<string> = [];
    let from = ++this.at;
    while (true) {
      const code = this.code();
      if (code < 0x20) return null;
      if (code != 0x22 && code != 0x5c) {
        this.at++;
        continue;
      }
      if (this.at > from) parts.push(this.text.substring(from, this.at));
      this.at++;
      if (code == 0x22) return parts.length == 1 ? parts[0] : parts.join("");
      const escaped = this.escape();
      if (escaped === null) return null;
      parts.push(escaped);
      from = this.at;
    }
  }

  private escape(): string | null {
    const code = this.code();
    this.at++;
    switch (code) {
      case 0x22: return "\"";
      case 0x5c: return "\\";
      case 0x2f: return "/";
      case 0x62: return "\b";
      case 0x66: return "\f";
      case 0x6e: return "\n";
      case 0x72: return "\r";
      case 0x74: return "\t";
      case 0x75: {
        if (this.at + 4 > this.text.length) return null;
        let unit = 0;
        for (let end = this.at + 4; this.at < end; this.at++) {
          const digit = hex(this.code());
          if (digit < 0) return null;
          unit = unit * 16 + digit;
        }
        return String.fromCharCode(unit);
      }
      default: return null;
    }
  }
}

function hex(code: i32): i32 {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

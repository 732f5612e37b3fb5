// Texts and bytes on their way between the host and the collector's memory. What the host hands over lies
// outside of the collector, and so does what it is lent until it has read it.

/** Where the host puts results; no result of the contract is larger. */
export const area: usize = memory.data(64, 8);
const lent: Array<usize> = [];

export function cabi_realloc(old: usize, oldSize: usize, align: usize, size: usize): usize {
  // The heap gives 16 bytes of alignment, more than anything here needs.
  return old ? heap.realloc(old, size) : heap.alloc(size);
}

const scratch: usize = memory.data(8192, 8);
/** Where what stands behind `console`, `Date` and `abort` keeps its few words. */
export function engraft_scratch(): usize { return scratch; }

/** Zeros that stay until the call ends. */
export function room(size: usize): usize {
  const at = heap.alloc(size);
  memory.fill(at, 0, size);
  lent.push(at);
  return at;
}

/** A text's address in UTF-8; its size is in `lentSize`. A half of a surrogate pair becomes U+FFFD. */
export function lend(text: string): usize {
  const size = <usize>String.UTF8.byteLength(text);
  // What is replaced takes as many bytes as what it replaces.
  const at = room(size + 1);
  lentSize = String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at, false, String.UTF8.ErrorMode.REPLACE);
  return at;
}
export let lentSize: usize = 0;

export function lendBytes(bytes: Uint8Array): usize {
  const at = room(<usize>bytes.length + 1);
  memory.copy(at, bytes.dataStart, bytes.length);
  return at;
}

/** The end of a call: the host has read everything. */
export function forget(): void {
  for (let i = 0; i < lent.length; i++) heap.free(lent[i]);
  lent.length = 0;
}

/** A text that the host handed over; it is ours to free. */
export function takeText(at: usize, size: usize): string {
  const text = String.UTF8.decodeUnsafe(at, size);
  heap.free(at);
  return text;
}

export function takeBytes(at: usize, size: usize): Uint8Array {
  const bytes = new Uint8Array(<i32>size);
  memory.copy(bytes.dataStart, at, size);
  heap.free(at);
  return bytes;
}

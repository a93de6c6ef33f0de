// Columns of bits; `service/packs/rice.py` is the twin and says why. Numbers are doubles: 48 bits are
// more than the bit operators take, and less than the 53 that a double holds exactly.
import { PackError } from "./error.ts";

export const PREFIX_BITS = 48;
const LIMIT = 2 ** PREFIX_BITS;

/** How many bytes `count` numbers of `width` bits take. */
export const columnBytes = (count: number, width: number): number => Math.ceil((count * width) / 8);

/** The numbers of a column; throws PackError when its size or its filling does not fit. */
export function unpackBits(data: Uint8Array, count: number, width: number, where: string): Float64Array {
  if (data.length !== columnBytes(count, width)) {
    throw new PackError(`${data.length} bytes do not hold ${count} numbers of ${width} bits`, where);
  }
  const filling = data.length * 8 - count * width;
  if (filling > 0 && data.at(-1)! % 2 ** filling !== 0) throw new PackError("the last byte is not filled with zeros", where);
  const values = new Float64Array(count);
  let byte = 0;
  let free = 8;
  for (let i = 0; i < count; i++) {
    let value = 0;
    for (let left = width; left > 0; ) {
      const take = Math.min(free, left);
      free -= take;
      left -= take;
      value = value * 2 ** take + ((data[byte]! >> free) & (2 ** take - 1));
      if (free === 0) [byte, free] = [byte + 1, 8];
    }
    values[i] = value;
  }
  return values;
}

/** The strictly rising 48-bit prefixes of a Rice-coded set; throws PackError unless it holds exactly `count`. */
export function decodeSet(k: number, remainders: Uint8Array, quotients: Uint8Array, count: number, where: string): Float64Array {
  const prefixes = unpackBits(remainders, count, k, where);
  let last = -1;
  let zeros = 0;
  let found = 0;
  let end = 0;
  for (let bit = 0; bit < quotients.length * 8; bit++) {
    if (((quotients[bit >> 3]! >> (7 - (bit & 7))) & 1) === 0) {
      zeros++;
      continue;
    }
    if (found === count) throw new PackError(`holds more than ${count} prefixes`, where);
    last += zeros * 2 ** k + prefixes[found]! + 1;
    if (last >= LIMIT) throw new PackError("a prefix has more than 48 bits", where);
    prefixes[found++] = last;
    zeros = 0;
    end = bit + 1;
  }
  if (found < count) throw new PackError(`holds ${found} prefixes, not ${count}`, where);
  if (quotients.length !== columnBytes(end, 1)) throw new PackError("bytes follow the last prefix", where);
  return prefixes;
}

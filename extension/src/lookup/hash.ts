/** Where a key is kept: a bucket by the first 12 bits of its SHA-256, in it the next 36 as 7 characters in base 36. */
export interface Place {
  readonly bucket: string;
  readonly rest: string;
}

/** SHA-256. Content scripts of plain-http pages have no `crypto.subtle`, so callers there bring their own. */
export type Digest = (bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>;

const sha256: Digest = (bytes) => crypto.subtle.digest("SHA-256", bytes);

/** The place of a key. */
export async function place(key: string, digest = sha256): Promise<Place> {
  const view = new DataView(await digest(new TextEncoder().encode(key)));
  return placeOf(view.getUint16(0) * 2 ** 32 + view.getUint32(2));
}

/** The place of a 48-bit prefix. */
export const placeOf = (prefix: number): Place => ({
  bucket: hex(Math.floor(prefix / 2 ** 36), 3),
  rest: (prefix % 2 ** 36).toString(36).padStart(7, "0"),
});

/** Where changes of a place are kept: cells sixteen times as wide, for there are few. */
export const wide = ({ bucket, rest }: Place): Place => ({ bucket: bucket.slice(0, 2), rest: bucket[2] + rest });

export const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, "0");

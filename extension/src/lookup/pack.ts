// A pack file, read whole or not at all; `service/packs/format.py` is the twin, docs/pack.md the
// description, tests/vectors/pack.json the judge.
import { PackError } from "./error.ts";
import { type Header, type Notice, readHeader, readNotice, type Section } from "./header.ts";
import { columnBytes, decodeSet, unpackBits } from "./rice.ts";
import { type Bytes, checkDigest, fromBase64, SIGNATURE_BYTES, toBase64, verify } from "./verify.ts";

const MAGIC = Uint8Array.of(0x89, ...new TextEncoder().encode("CAVEAT\n"));
const LENGTH_BYTES = 4;
const HEADER_CAP = 2 ** 20;
const NOTICES_CAP = 64 * 2 ** 20;
const TIERS = 3;
const LINE_END = 10;

export interface Table {
  readonly prefixes: Float64Array;
  readonly values: Float64Array;
}

export interface Pack {
  readonly header: Header;
  readonly signature: string;
  /** One table a platform. */
  readonly merchants: readonly Table[];
  readonly safety: Table;
  /** Numbers of notices, one run for each safety key. */
  readonly links: Float64Array;
  readonly notices: readonly Notice[];
  readonly tombstones: Table;
}

export interface Expected {
  /** The one key whose signature is taken, in base64; without it the file's own is. */
  readonly publicKey?: string | undefined;
  /** The lowest version that is taken. */
  readonly minimumVersion?: number | undefined;
  /** The latest date of issue that is taken, in milliseconds. */
  readonly latestIssue?: number | undefined;
  /** The version of the whole pack to which changes are taken; without it only a whole pack is. */
  readonly since?: number | undefined;
}

/** The number of notices that a safety key's value announces. */
export const linkCount = (value: number): number => Math.floor(value / 4) + 1;

/** The pack; throws PackError naming the part that is wrong. */
export async function decode(file: Bytes, { publicKey, minimumVersion, latestIssue = Infinity, since }: Expected = {}): Promise<Pack> {
  const [headerBytes, body] = unframe(file);
  const header = readHeader(headerBytes);
  const ownKey = fromBase64(header.public_key);
  if (toBase64(ownKey) !== header.public_key) {
    throw new PackError("is not an Ed25519 public key of 32 bytes in base64", "header.public_key");
  }
  if (publicKey !== undefined && publicKey !== header.public_key) {
    throw new PackError("is signed with another key than the one expected", "public_key");
  }
  await verify(file, ownKey);
  if (header.changes?.since !== since) throw new PackError(since ? `are no changes to version ${since}` : "is no whole pack", "changes");
  if (minimumVersion !== undefined && header.version < minimumVersion) {
    throw new PackError(`${header.version} is older than ${minimumVersion}`, "version");
  }
  // It would pass for fresh until its day comes, and every pack of an earlier day would wait behind it.
  if (Date.parse(header.issued) > latestIssue) throw new PackError(`${header.issued} lies in the future`, "issued");
  const contents = await read(header, await cut(header, body));
  return { header, signature: toBase64(file.subarray(-SIGNATURE_BYTES)), ...contents };
}

function unframe(file: Bytes): [Bytes, Bytes] {
  const start = MAGIC.length + LENGTH_BYTES;
  if (MAGIC.some((byte, i) => i < file.length && byte !== file[i])) throw new PackError("is not a Caveat pack", "magic");
  const short = new PackError(`ends after ${file.length} bytes, before its header does`, "length");
  if (file.length < start) throw short;
  const end = start + new DataView(file.buffer, file.byteOffset).getUint32(MAGIC.length);
  if (end > start + HEADER_CAP) throw new PackError(`a header has at most ${HEADER_CAP} bytes`, "header");
  if (end + SIGNATURE_BYTES > file.length) throw short;
  return [file.subarray(start, end), file.subarray(end, -SIGNATURE_BYTES)];
}

async function cut(header: Header, body: Bytes): Promise<Bytes[]> {
  const payloads: Bytes[] = [];
  let end = 0;
  for (const [i, section] of header.sections.entries()) {
    const where = `sections[${i}]`;
    if (section.offset !== end) throw new PackError(`starts at ${section.offset} instead of ${end}`, `${where}.offset`);
    end += section.length;
    if (end > body.length) throw new PackError(`ends at ${end}, behind the last byte ${body.length}`, `${where}.length`);
    const payload = body.subarray(section.offset, end);
    await checkDigest(payload, section.sha256, `${where}.sha256`);
    payloads.push(payload);
  }
  if (end !== body.length) throw new PackError(`${body.length - end} bytes belong to no section`, "sections");
  return payloads;
}

async function read(header: Header, payloads: Bytes[]): Promise<Omit<Pack, "header" | "signature">> {
  const order = header.sections.map(({ name }) => name).join();
  if (!/^(merchants,)*safety,links,notices,tombstones$/.test(order)) {
    throw new PackError("are not merchants, safety, links, notices, tombstones", "sections");
  }
  const count = payloads.length;
  const at = (i: number): [Section, Bytes, string] => [header.sections[i]!, payloads[i]!, `sections[${i}]`];
  const merchants = readMerchants(header, Array.from({ length: count - 4 }, (_, i) => at(i)));
  const safety = readTable(...at(count - 4));
  const notices = await readNotices(...at(count - 2));
  const links = readLinks(...at(count - 3), safety, notices.length);
  const tombstones = readTable(...at(count - 1));
  const alien = { merchants: safety.prefixes.length, safety: merchants.length };
  if (header.changes && alien[header.changes.part] > 0) throw new PackError("changes hold more than their part", "sections");
  checkTombstones(header, [...merchants, safety], tombstones, `sections[${count - 1}]`);
  return { merchants, safety, links, notices, tombstones };
}

function readTable({ count, rice, value_bits }: Section, payload: Bytes, where: string): Table {
  const first = columnBytes(count, rice!);
  const second = first + columnBytes(count, value_bits!);
  return {
    prefixes: decodeSet(rice!, payload.subarray(0, first), payload.subarray(second), count, where),
    values: unpackBits(payload.subarray(first, second), count, value_bits!, where),
  };
}

function readMerchants(header: Header, parts: readonly [Section, Bytes, string][]): Table[] {
  let before = "";
  const tables = parts.map(([section, payload, where]) => {
    if (section.platform! <= before) throw new PackError("merchants come first, sorted by platform", where);
    before = section.platform!;
    const table = readTable(section, payload, where);
    checkRatings(header, table, where);
    return table;
  });
  if (repeats(tables)) throw new PackError("a prefix is listed on two platforms", "sections");
  return tables;
}

function repeats(tables: readonly Table[]): boolean {
  const all = new Float64Array(tables.reduce((sum, { prefixes }) => sum + prefixes.length, 0));
  let filled = 0;
  for (const { prefixes } of tables) {
    all.set(prefixes, filled);
    filled += prefixes.length;
  }
  return all.sort().some((prefix, i) => prefix === all[i - 1]);
}

function checkRatings({ bands, reasons }: Header, { values }: Table, where: string): void {
  if (values.some((value) => Math.floor(value / 16) > reasons.length)) {
    throw new PackError("a merchant has a reason that is not in the header", where);
  }
  if (values.some((value) => value % 8 >= bands.length)) {
    throw new PackError("a merchant has a band that is not in the header", where);
  }
}

function readLinks(section: Section, payload: Bytes, where: string, safety: Table, notices: number): Float64Array {
  if (safety.values.some((value) => value % 4 >= TIERS)) throw new PackError("a safety key has a tier that is not known", where);
  const links = unpackBits(payload, section.count, section.value_bits!, where);
  const announced = safety.values.reduce((sum, value) => sum + linkCount(value), 0);
  if (announced !== links.length) throw new PackError(`${links.length} links do not fit the safety keys`, where);
  if (links.some((link) => link >= notices)) throw new PackError(`a link points behind the last of ${notices} notices`, where);
  return links;
}

async function readNotices({ size, count }: Section, payload: Bytes, where: string): Promise<Notice[]> {
  const lines = await inflate(payload, size!, where);
  const notices: Notice[] = [];
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf(LINE_END, start);
    if (end < 0) throw new PackError("the last line has no end", where);
    notices.push(readNotice(lines.subarray(start, end), `${where}.line[${notices.length}]`));
    start = end + 1;
  }
  if (notices.length !== count) throw new PackError(`holds ${notices.length} notices, not ${count}`, where);
  return notices;
}

async function inflate(payload: Bytes, size: number, where: string): Promise<Bytes> {
  if (size > NOTICES_CAP) throw new PackError(`${size} bytes of notices are too many`, where);
  const whole = new Uint8Array(size);
  let filled = 0;
  const wrong = new PackError(`the notices do not inflate to ${size} bytes`, where);
  try {
    for await (const part of new Blob([payload]).stream().pipeThrough(new DecompressionStream("deflate"))) {
      whole.set(part, filled);
      filled += part.length;
    }
  } catch {
    throw wrong;
  }
  if (filled !== size) throw wrong;
  return whole;
}

function checkTombstones(header: Header, listed: readonly Table[], tombstones: Table, where: string): void {
  const gone = new Set(tombstones.prefixes);
  if (listed.some(({ prefixes }) => prefixes.some((prefix) => gone.has(prefix)))) {
    throw new PackError("a withdrawn prefix is listed", where);
  }
  if (tombstones.values.some((days) => days > header.stale_after_days)) {
    throw new PackError("a prefix was withdrawn before any copy that still speaks", where);
  }
}

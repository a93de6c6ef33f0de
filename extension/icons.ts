/** The toolbar icon, drawn here so that no picture file has to be kept in step with the mark. */
import { crc32, deflateSync } from "node:zlib";

/** Colours as red, green, blue: the accent of tokens.css on its paper. */
const ACCENT = [11, 92, 99] as const;
const PAPER = [255, 255, 255] as const;
const SAMPLES = 4;

type Point = readonly [number, number];

/** A PNG of the caret in its ring, `size` pixels wide, transparent outside the ring. */
export function icon(size: number): Uint8Array {
  const row = 1 + size * 4;
  const pixels = new Uint8Array(row * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) pixels.set(pixel(x, y, size), y * row + 1 + x * 4);
  }
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, size);
  new DataView(header.buffer).setUint32(4, size);
  header.set([8, 6], 8);
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return join(signature, chunk("IHDR", header), chunk("IDAT", deflateSync(pixels, { level: 9 })), chunk("IEND"));
}

function pixel(x: number, y: number, size: number): number[] {
  let inked = 0;
  let covered = 0;
  for (let i = 0; i < SAMPLES * SAMPLES; i++) {
    const at: Point = [
      ((x + ((i % SAMPLES) + 0.5) / SAMPLES) / size) * 24,
      ((y + (Math.floor(i / SAMPLES) + 0.5) / SAMPLES) / size) * 24,
    ];
    const ink = isInk(at);
    inked += Number(ink);
    covered += Number(ink || distance(at, [12, 12]) < 11);
  }
  const share = covered ? inked / covered : 0;
  const colour = ACCENT.map((value, i) => Math.round(value * share + (PAPER[i] as number) * (1 - share)));
  return [...colour, Math.round((covered / SAMPLES ** 2) * 255)];
}

/** The geometry of mark.ts, a little heavier: it has to carry at 16 pixels. */
function isInk(at: Point): boolean {
  if (Math.abs(distance(at, [12, 12]) - 10.4) < 1.3) return true;
  return near(at, [7.2, 15], [12, 8.4], 1.45) || near(at, [12, 8.4], [16.8, 15], 1.45);
}

function near(at: Point, from: Point, to: Point, width: number): boolean {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const along = ((at[0] - from[0]) * dx + (at[1] - from[1]) * dy) / (dx * dx + dy * dy);
  const share = Math.min(1, Math.max(0, along));
  return distance(at, [from[0] + share * dx, from[1] + share * dy]) < width;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

function chunk(type: string, body: Uint8Array = new Uint8Array()): Uint8Array {
  const named = join(new TextEncoder().encode(type), body);
  const [length, check] = [new Uint8Array(4), new Uint8Array(4)];
  new DataView(length.buffer).setUint32(0, body.length);
  new DataView(check.buffer).setUint32(0, crc32(named));
  return join(length, named, check);
}

function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

// The extension's pack reader against tests/vectors/pack.json, which service/packs is judged by as well.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "../../extension/node_modules/esbuild/lib/main.js";
import { bucketName, BUCKETS, type Keys, lookup, type Verdict } from "../../extension/src/lookup/buckets.ts";
import { PackError } from "../../extension/src/lookup/error.ts";
import { place } from "../../extension/src/lookup/hash.ts";
import { install, installChanges, uninstall, type Writable } from "../../extension/src/lookup/install.ts";
import type { Part } from "../../extension/src/lookup/header.ts";
import { decode } from "../../extension/src/lookup/pack.ts";
import { decodeSet } from "../../extension/src/lookup/rice.ts";
import { type Bytes, fromBase64 } from "../../extension/src/lookup/verify.ts";

interface Code { count?: number; k: number; remainders: string; quotients: string }
type Edits = [number, number, string][];
interface Vectors {
  keys: { key: string; bucket: string; rest: string }[];
  rice: (Code & { prefixes: number[] })[];
  rice_refused: (Code & { name: string; count: number })[];
  public_key: string;
  packs: Record<"7" | "8", string>;
  lookups: { ask: Keys; at: string; verdict: Omit<Verdict, "pack" | "packs"> }[];
  refused: { name: string; where: string; minimum_version: number; pack: Edits }[];
  changes: {
    files: Record<Part, string>;
    lookups: { ask: Keys; band: string | null; warning?: boolean; reason?: string | null; safety: { tier: number; notice: object }[] }[];
    refused: { name: string; where: string; pack: Edits }[];
  };
}

const root = new URL("../../", import.meta.url);
const vectors = JSON.parse(readFileSync(new URL("tests/vectors/pack.json", root), "utf8")) as Vectors;
const [seventh, eighth] = [fromBase64(vectors.packs[7]), fromBase64(vectors.packs[8])];
const fromHex = (text: string): Bytes => Uint8Array.from(Buffer.from(text, "hex"));
const fresh = Date.parse("2026-08-05T00:00:00Z");
const lantern: Keys = { merchant: "web:domain:lantern.example", safety: ["amazon:item:B0EXAMPLE1"] };
const gone: Keys = { merchant: "web:domain:gone.example", safety: [] };

/** `storage.local`: values are copied in and out as JSON, and each call is one step. */
class Store implements Writable {
  readonly items = new Map<string, string>();
  reads = 0;
  /** Called before each change, to look in between or to fail. */
  before: () => Promise<void> | void = () => undefined;

  async get(names: string[]): Promise<Record<string, unknown>> {
    this.reads++;
    const held = names.filter((name) => this.items.has(name));
    return Object.fromEntries(held.map((name) => [name, JSON.parse(this.items.get(name)!) as unknown]));
  }

  async set(items: Record<string, unknown>): Promise<void> {
    await this.before();
    for (const [name, value] of Object.entries(items)) this.items.set(name, JSON.stringify(value));
  }

  async remove(names: string[]): Promise<void> {
    await this.before();
    for (const name of names) this.items.delete(name);
  }
}

async function holding(...packs: Bytes[]): Promise<Store> {
  const store = new Store();
  for (const pack of packs) await install(store, pack, vectors.public_key);
  return store;
}

function damaged(changes: Edits, file = eighth): Bytes {
  let bytes = Buffer.from(file);
  for (const [start, end, insert] of changes) {
    bytes = Buffer.concat([bytes.subarray(0, start), Buffer.from(insert, "base64"), bytes.subarray(end)]);
  }
  return Uint8Array.from(bytes);
}

const refusal = (promise: Promise<unknown>): Promise<PackError> =>
  promise.then(
    () => expect.unreachable("was taken"),
    (error: unknown) => {
      expect(error).toBeInstanceOf(PackError);
      return error as PackError;
    },
  );

test.each(vectors.keys)("the place of $key", async ({ key, bucket, rest }) => {
  expect(await place(key)).toEqual({ bucket, rest });
});

test.each(vectors.rice)("Rice code %#", ({ k, remainders, quotients, prefixes }) => {
  expect([...decodeSet(k, fromHex(remainders), fromHex(quotients), prefixes.length, "here")]).toEqual(prefixes);
});

test.each(vectors.rice_refused)("Rice code with $name is refused", ({ k, remainders, quotients, count }) => {
  expect(() => decodeSet(k, fromHex(remainders), fromHex(quotients), count, "here")).toThrow(/^here: /);
});

describe("lookup", () => {
  test.each(vectors.lookups)("$ask at $at", async ({ ask, at, verdict }) => {
    const store = await holding(eighth);
    const { pack, packs, safety, ...said } = await lookup(store, ask, Date.parse(at));
    expect({ ...said, safety: safety.map(({ tier, notice }) => ({ tier, notice })) }).toEqual(verdict);
    expect(packs).toEqual([pack]);
    for (const { by } of safety) expect(by).toEqual(pack);
    const publisher = { id: "test", name: "Test publisher · 시험" };
    expect(pack).toEqual({ version: 8, issued: "2026-08-04T08:00:00Z", publisher });
  });

  test("reads the storage once, and twice when a notice matches", async () => {
    const store = await holding(eighth);
    store.reads = 0;
    await lookup(store, { merchant: lantern.merchant, safety: ["gtin:1"] }, fresh);
    expect(store.reads).toBe(1);
    await lookup(store, lantern, fresh);
    expect(store.reads).toBe(3);
  });

  test("says that there is no copy, or a damaged one", async () => {
    expect((await lookup(new Store(), lantern, fresh)).state).toBe("absent copy");
    const store = await holding(eighth);
    store.items.delete(bucketName(0, "a", (await place(lantern.merchant!)).bucket));
    expect((await lookup(store, lantern, fresh)).state).toBe("absent copy");
  });

  test("asks every publisher: the first that knows the seller grades it, notices count from any, each once", async () => {
    const store = await holding();
    await install(store, seventh, vectors.public_key, 1);
    await install(store, eighth, vectors.public_key, 3);
    store.reads = 0;
    const both = await lookup(store, lantern, fresh);
    expect(both.packs.map(({ version }) => version)).toEqual([7, 8]);
    expect(both.pack?.version).toBe(7);
    expect(both.safety).toHaveLength(1);
    expect(store.reads).toBe(2);
    await uninstall(store, 1);
    expect((await lookup(store, lantern, fresh)).pack?.version).toBe(8);
    await install(store, seventh, vectors.public_key, 0);
    expect(await lookup(store, gone, fresh)).toMatchObject({ band: "D", pack: { version: 7 } });
    const newest = await holding(eighth);
    await install(newest, seventh, vectors.public_key, 2);
    expect(await lookup(newest, gone, fresh)).toMatchObject({ band: "D", pack: { version: 7 } });
  });

  test("takes another digest where the page has none", async () => {
    const store = await holding(eighth);
    const asked: number[] = [];
    const { band } = await lookup(store, { merchant: lantern.merchant, safety: [] }, fresh, (bytes) => {
      asked.push(bytes.length);
      return crypto.subtle.digest("SHA-256", bytes);
    });
    expect(band).toBe("B");
    expect(asked).toEqual([lantern.merchant!.length]);
  });

  test("is at most 1.3 KB minified for the content script", async () => {
    const entry = new URL("extension/src/lookup/buckets.ts", root).pathname;
    const stdin = { contents: `import { lookup } from ${JSON.stringify(entry)}; globalThis.x = lookup;`, resolveDir: root.pathname };
    const { outputFiles } = await build({ stdin, bundle: true, minify: true, write: false, format: "iife" });
    expect(gzipSync(outputFiles[0]!.contents, { level: 9 }).length).toBeLessThanOrEqual(1.3 * 1024);
  });
});

describe("a pack is refused", () => {
  test.each(vectors.refused)("$name", async ({ where, minimum_version, pack }) => {
    const expected = { publicKey: vectors.public_key, minimumVersion: minimum_version };
    expect((await refusal(decode(damaged(pack), expected))).where).toBe(where);
  });

  test("when any one byte differs", async () => {
    for (let at = 0; at < eighth.length; at += 7) {
      const changed = eighth.slice();
      changed[at]! ^= 0x10;
      await refusal(decode(changed));
    }
  });
});

describe("install", () => {
  test("keeps the key of the first pack and takes no other", async () => {
    const store = await holding(eighth);
    const other = damaged(vectors.refused.find(({ where }) => where === "public_key")!.pack);
    await decode(other);
    const before = new Map(store.items);
    expect((await refusal(install(store, other))).where).toBe("public_key");
    expect(store.items).toEqual(before);
  });

  test("takes only the named key as the first", async () => {
    const store = new Store();
    const { where } = await refusal(install(store, eighth, `${"A".repeat(43)}=`));
    expect(where).toBe("public_key");
    expect(store.items.size).toBe(0);
  });

  test("refuses an older pack and keeps the newer", async () => {
    const store = await holding(eighth);
    expect((await refusal(install(store, seventh))).where).toBe("version");
    expect((await lookup(store, lantern, fresh)).pack?.version).toBe(8);
  });

  test("refuses a pack from the future, which would stay fresh for as long, and takes one of tomorrow", async () => {
    const issued = Date.parse("2026-08-04T08:00:00Z");
    vi.useFakeTimers({ toFake: ["Date"], now: issued - 86_400_000 - 1 });
    try {
      const store = new Store();
      expect((await refusal(install(store, eighth))).where).toBe("issued");
      expect(store.items.size).toBe(0);
      vi.setSystemTime(issued - 86_400_000);
      expect((await install(store, eighth)).changed).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  test("does nothing for the pack that it has", async () => {
    const store = await holding(eighth);
    store.before = () => expect.unreachable("wrote");
    expect((await install(store, eighth)).changed).toBe(false);
  });

  test("replaces a pack and leaves nothing of the old", async () => {
    const store = await holding(seventh);
    expect((await lookup(store, gone, fresh)).band).toBe("D");
    await install(store, eighth);
    expect(await lookup(store, gone, fresh)).toMatchObject({ state: "none", listed: false });
    const fromScratch = await holding(eighth);
    expect(store.items.size).toBe(fromScratch.items.size);
  });

  test("shows a reader the old copy or the new one, whole, at every step", async () => {
    const store = await holding(seventh);
    const seen: number[] = [];
    store.before = async () => {
      const [shop, other] = [await lookup(store, lantern, fresh), await lookup(store, gone, fresh)];
      seen.push(shop.pack!.version);
      expect(shop).toMatchObject({ state: "rated", band: "B", safety: [{ tier: 0, notice: { id: "xx-office:A/1" } }] });
      expect(other.band).toBe(other.pack!.version === 7 ? "D" : "none");
    };
    await install(store, eighth);
    expect(seen).toEqual([...seen].sort());
    expect(new Set(seen)).toEqual(new Set([7, 8]));
  });

  test("replaced between a reader's two reads, the reader starts again", async () => {
    const store = await holding(seventh);
    const get = store.get.bind(store);
    store.get = async (names) => {
      const read = await get(names);
      store.get = get;
      await install(store, eighth);
      return read;
    };
    const { pack, safety } = await lookup(store, lantern, fresh);
    expect(pack?.version).toBe(8);
    expect(safety).toMatchObject([{ tier: 0, notice: { words: "Lantern L-7" } }]);
  });

  test("interrupted at any step, leaves a whole copy, and the next one cleans up", async () => {
    const clean = (await holding(eighth)).items.size;
    for (let step = 0; ; step++) {
      const store = await holding(seventh);
      let left = step;
      store.before = () => {
        if (left-- === 0) throw new Error("the browser was closed");
      };
      const done = await install(store, eighth).then(() => true, () => false);
      store.before = () => undefined;
      expect(await lookup(store, lantern, fresh)).toMatchObject({ state: "rated", band: "B" });
      await install(store, eighth);
      expect((await lookup(store, lantern, fresh)).pack?.version).toBe(8);
      if (done) {
        expect(step).toBeGreaterThan(5);
        expect(store.items.size).toBe(clean);
        return;
      }
    }
  });

  test("two at once are done one after the other", async () => {
    const store = await holding();
    await Promise.all([install(store, seventh), install(store, eighth)]);
    expect((await lookup(store, lantern, fresh)).pack?.version).toBe(8);
    expect([...store.items.keys()].filter((name) => name.startsWith(bucketName(0, "a", ""))).length).toBe(0);
  });

  test("can be undone", async () => {
    const store = await holding(eighth);
    expect(store.items.size).toBeGreaterThan(BUCKETS);
    await uninstall(store);
    expect([...store.items.keys()]).toEqual([]);
  });
});

describe("changes", () => {
  const files = { merchants: fromBase64(vectors.changes.files.merchants), safety: fromBase64(vectors.changes.files.safety) };
  const parts = ["merchants", "safety"] as const;

  async function changed(): Promise<Store> {
    const store = await holding(seventh);
    for (const part of parts) expect((await installChanges(store, files[part], part)).changed).toBe(true);
    return store;
  }

  test.each(vectors.changes.lookups)("$ask", async ({ ask, band, warning = false, reason = null, safety }) => {
    const said = await lookup(await changed(), ask, fresh);
    expect(said).toMatchObject({ listed: band !== null, band: band ?? "none", warning, reason });
    expect(said.safety.map(({ tier, notice }) => ({ tier, notice }))).toEqual(safety);
  });

  test.each(vectors.changes.refused)("are refused: $name", async ({ where, pack }) => {
    const store = await holding(seventh);
    const before = new Map(store.items);
    expect((await refusal(installChanges(store, damaged(pack, files.merchants), "merchants"))).where).toBe(where);
    expect(store.items).toEqual(before);
  });

  test("belong to one pack, one part and one publisher", async () => {
    expect((await refusal(installChanges(new Store(), files.merchants, "merchants"))).where).toBe("changes");
    expect((await refusal(installChanges(await holding(eighth), files.merchants, "merchants"))).where).toBe("changes");
    expect((await refusal(installChanges(await holding(seventh), files.safety, "merchants"))).where).toBe("changes");
    expect((await refusal(install(new Store(), files.merchants))).where).toBe("changes");
  });

  test("make the copy as young as themselves, those of notices alone do not", async () => {
    const store = await holding(seventh);
    await installChanges(store, files.safety, "safety");
    expect((await lookup(store, lantern, fresh)).pack?.issued).toBe("2026-08-01T09:00:00Z");
    const late = Date.parse("2026-08-15T09:00:01Z");
    expect((await lookup(store, lantern, late)).state).toBe("stale");
    await installChanges(store, files.merchants, "merchants");
    expect(await lookup(store, lantern, late)).toMatchObject({ state: "rated", pack: { version: 9, issued: "2026-08-04T08:00:00Z" } });
  });

  test("taken again change nothing; a pack from before them is refused, a later one takes their place", async () => {
    const store = await changed();
    expect((await installChanges(store, files.merchants, "merchants")).changed).toBe(false);
    expect((await install(store, seventh)).changed).toBe(false);
    expect((await refusal(install(store, eighth))).where).toBe("version");
    expect((await lookup(store, lantern, fresh)).band).toBe("D");
    await uninstall(store);
    expect(store.items.size).toBe(0);
  });

  test("leave nothing behind when they are renewed", async () => {
    const store = await changed();
    const { size } = store.items;
    const renewed = structuredClone(JSON.parse(store.items.get("pack/0")!)) as { changes: Record<Part, { version: number }> };
    renewed.changes.safety.version = 8;
    store.items.set("pack/0", JSON.stringify(renewed));
    expect((await installChanges(store, files.safety, "safety")).changed).toBe(true);
    expect(store.items.size).toBe(size);
  });

  test("show a reader the copy with or without them, whole, at every step", async () => {
    const store = await holding(seventh);
    const seen: string[] = [];
    const ask: Keys = { merchant: lantern.merchant, safety: ["model:lantern:l7", "gtin:00200000000011"] };
    store.before = async () => {
      const { band, warning, safety } = await lookup(store, ask, fresh);
      expect(warning).toBe(band === "D");
      const ids = safety.map(({ notice }) => notice.id.at(-1)).sort().join("");
      seen.push(`${band} ${ids}`);
    };
    for (const part of parts) await installChanges(store, files[part], part);
    store.before = () => undefined;
    expect((await lookup(store, ask, fresh)).safety.map(({ notice }) => notice.id.at(-1)).sort().join("")).toBe("13");
    expect(new Set(seen)).toEqual(new Set(["B 127", "D 127"]));
  });
});

import { ask } from "../wire.ts";

/** Plain-http pages have no `crypto.subtle`; there the worker computes the digest. */
globalThis.caveatDigest = async (bytes) => Uint8Array.from(await ask("digest", { bytes: [...bytes] })).buffer;

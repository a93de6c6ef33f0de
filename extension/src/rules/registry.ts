import type { Reading, Way } from "./engine.ts";

/** scrapers/rules/words.yaml, what of it is needed here. */
export interface Words {
  readonly currency: readonly (readonly [string, string])[];
  readonly signs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly renamed: Readonly<Record<string, string>>;
  readonly whole: readonly string[];
  readonly no_brand: readonly string[];
  readonly generic_domains: readonly string[];
}

export interface Context {
  readonly url: string;
  readonly currency: string;
  readonly words: Words;
}

export type Transform = (text: string, context: Context) => string | null;

/** The texts that one way finds. */
export type Reader = (reading: Reading, way: Way) => string[];

declare global {
  var caveatTransforms: Record<string, Transform> | undefined;
  var caveatReaders: Record<string, Reader> | undefined;
}

/**
 * One table for all our scripts of a page. The content script brings what finds a seller; what reads a
 * product's codes and its price comes with the scripts that need it.
 */
export const TRANSFORMS: Record<string, Transform> = (globalThis.caveatTransforms ??= {});

/** By the key of the ways that they read; elements are read by the engine itself. Come the same way. */
export const READERS: Record<string, Reader> = (globalThis.caveatReaders ??= {});

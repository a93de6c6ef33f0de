/** Everything in which one build may differ from another. A test compares the outputs. */
export interface Flags {
  /** Origin of the API, the one host that may be asked: scheme, host and port without a path. */
  readonly apiOrigin: string;
  /** An open shadow root lets a test driver and axe look inside; pages could too, so only tests have it. */
  readonly openShadow: boolean;
  /** Headless Chromium cannot answer the permission prompt, so tests are given the shops at install. */
  readonly grantShops: boolean;
}

export const release: Flags = {
  apiOrigin: "http://127.0.0.1:8765",
  openShadow: false,
  grantShops: false,
};

export const test: Flags = { ...release, openShadow: true, grantShops: true };

import { PackError } from "./error.ts";
import { hex } from "./hash.ts";

export type Bytes = Uint8Array<ArrayBuffer>;

export const SIGNATURE_BYTES = 64;

/** Throws PackError unless the file's last 64 bytes are the key's Ed25519 signature of all before them. */
export async function verify(file: Bytes, publicKey: Bytes): Promise<void> {
  const key = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
  const [signed, signature] = [file.subarray(0, -SIGNATURE_BYTES), file.subarray(-SIGNATURE_BYTES)];
  if (!(await crypto.subtle.verify("Ed25519", key, signature, signed))) {
    throw new PackError("does not belong to this file", "signature");
  }
}

/** Throws PackError unless SHA-256 of the bytes is the hexadecimal one that the header gives. */
export async function checkDigest(bytes: Bytes, sha256: string, where: string): Promise<void> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const said = Array.from(digest, (byte) => hex(byte, 2)).join("");
  if (said !== sha256) throw new PackError("does not match the bytes", where);
}

export const toBase64 = (bytes: Bytes): string => btoa(String.fromCharCode(...bytes));
export const fromBase64 = (said: string): Bytes => Uint8Array.from(atob(said), (each) => each.charCodeAt(0));

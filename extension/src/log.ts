import { shelf } from "./store.ts";

/** One request of this extension: when, to whom, and in words what was sent. Kept on this device only. */
export interface Sent {
  readonly id: string;
  readonly at: string;
  readonly host: string;
  /** The last word of a message key `log.…`. */
  readonly what: "copy" | "score" | "complaint" | "code" | "file" | "status";
  /** What told the request from others of its kind: the key of a seller, the reference of a case. */
  readonly about: string;
}

/** Requests that are kept; older ones are forgotten. */
const KEPT = 500;
const sent = shelf<Sent>("caveat-log", "sent");

/** Writes down a request that is about to be made. A device that cannot keep it must not keep it from being made. */
export async function noteSent(what: Sent["what"], address: URL, about = ""): Promise<void> {
  const at = new Date().toISOString();
  try {
    await sent.put({ id: `${at} ${crypto.randomUUID()}`, at, host: address.host, what, about });
    const all = await sent.all();
    for (const { id } of all.slice(0, -KEPT)) await sent.remove(id);
  } catch (error) {
    console.warn("not written down", error);
  }
}

/** The newest first. */
export async function allSent(): Promise<Sent[]> {
  return (await sent.all()).reverse();
}

export const forgetSent = (): Promise<void> => sent.clear();

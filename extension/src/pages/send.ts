import type { Answers } from "../drafts.ts";
import type { Evidence } from "../evidence.ts";
import { noteSent, type Sent as Log } from "../log.ts";
import { rejected } from "./check.ts";

const ADDRESS = new URL("/v1/complaints", FLAGS.apiOrigin);

/** How the complainant follows the case; the token opens it and is for nobody else. */
export interface Tracking {
  readonly token: string;
  readonly link: string;
}

/** A case, and the token that opens it. */
export interface Opened {
  readonly reference: string;
  readonly token: string;
}

export interface Receipt {
  readonly reference: string;
  readonly received_at: string;
  readonly state: string;
  /** When the complaint ends if its contact is not confirmed. */
  readonly until: string | null;
  readonly tracking: Tracking;
}

/** The case that a confirmed contact leads to: this one, or one about the same matter that was there before. */
export interface Confirmed {
  readonly reference: string;
  readonly state: string;
  readonly outcome: "submitted" | "joined" | "reopened";
  readonly tracking: Tracking;
}

export type Failed =
  | { kind: "rejected"; fields: Record<string, string> }
  | { kind: "limit" }
  | { kind: "network" }
  | { kind: "server"; status: number };

export type Sent<T> = { kind: "received"; receipt: T } | Failed;

/** Sends a complaint; the same key twice files it once, so a lost answer can be asked for again. */
export function send(key: string, answers: Answers): Promise<Sent<Receipt>> {
  return post("complaint", ADDRESS, { "Idempotency-Key": key }, answers);
}

/** Proves the contact by the code that was sent to it. */
export function confirmCode({ reference, tracking }: Receipt, code: string): Promise<Sent<Confirmed>> {
  return post("code", new URL(`${ADDRESS}/${reference}/contact`), { "Tracking-Token": tracking.token }, { code }, reference);
}

/** Has another code sent. */
export function anotherCode({ reference, tracking }: Receipt): Promise<Sent<null>> {
  return post("code", new URL(`${ADDRESS}/${reference}/contact/code`), { "Tracking-Token": tracking.token }, null, reference);
}

/** Adds a file to a case: its bytes are the body. Sending one again adds it once. */
export function sendFile({ reference, token }: Opened, { kind, name, type, bytes }: Evidence): Promise<Sent<unknown>> {
  const address = new URL(`${ADDRESS}/${reference}/evidence?kind=${kind}`);
  const headers = { "Tracking-Token": token, "Content-Type": type, "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}` };
  return post("file", address, headers, new Blob([bytes], { type }), reference);
}

async function post<T>(what: Log["what"], address: URL, headers: Record<string, string>, sending: unknown, about = ""): Promise<Sent<T>> {
  await noteSent(what, address, about);
  try {
    const answer = await fetch(address, {
      method: "POST",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      headers: { "Content-Type": "application/json", ...headers },
      body: sending === null || sending instanceof Blob ? sending : JSON.stringify(sending),
    });
    if (answer.status === 202) return { kind: "received", receipt: null as T };
    if (answer.ok) return { kind: "received", receipt: (await answer.json()) as T };
    if (answer.status === 422) return { kind: "rejected", fields: rejected(await answer.json()) };
    return answer.status === 429 ? { kind: "limit" } : { kind: "server", status: answer.status };
  } catch {
    return { kind: "network" };
  }
}

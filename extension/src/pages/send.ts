import type { Answers } from "../drafts.ts";
import { rejected } from "./check.ts";

const ADDRESS = new URL("/v1/complaints", FLAGS.apiOrigin);

export interface Receipt {
  readonly reference: string;
  readonly received_at: string;
}

export type Sent =
  | { kind: "received"; receipt: Receipt }
  | { kind: "rejected"; fields: Record<string, string> }
  | { kind: "network" }
  | { kind: "server"; status: number };

/** Sends a complaint; the same key twice files it once, so a lost answer can be asked for again. */
export async function send(key: string, answers: Answers): Promise<Sent> {
  try {
    const answer = await fetch(ADDRESS, {
      method: "POST",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify(answers),
    });
    if (answer.ok) return { kind: "received", receipt: (await answer.json()) as Receipt };
    if (answer.status === 422) return { kind: "rejected", fields: rejected(await answer.json()) };
    return { kind: "server", status: answer.status };
  } catch {
    return { kind: "network" };
  }
}

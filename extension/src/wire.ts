import type { Answers } from "./drafts.ts";
import type { State } from "./look/mark.ts";
import type { Bought } from "./purchases.ts";
import type { Score } from "./score.ts";

/** Everything that a content script may ask of the worker: it is as little trusted as the page it runs in. */
export interface Asks {
  /** The one request made for a page, and only after *Show reasons*. */
  score: { ask: { merchant: string }; answer: ScoreAnswer };
  /** Shows a state on the toolbar button, or none. */
  mark: { ask: { state: State | null; title?: string | null }; answer: null };
  /** Brings the panel's code into the page that asks. */
  panel: { ask: Record<never, never>; answer: null };
  /** Brings into the page that asks what reads it more closely, in the light of the law of a country. */
  closer: { ask: { look: Look; country: string }; answer: null };
  /** Tells what this device knows of a listing, and keeps who sells it now. */
  remember: { ask: { seen: Seen }; answer: Memory };
  /** Keeps a purchase; answers when. */
  bought: { ask: { bought: Bought }; answer: string };
  /** Opens the list of purchases. */
  purchases: { ask: Record<never, never>; answer: null };
  /** Opens the complaint form on what the page says, with a picture of it that only the popup can take. */
  complain: { ask: { answers: Answers; picture?: string | null }; answer: null };
  /** Opens the options at one of their parts. */
  options: { ask: { part: string }; answer: null };
}

/** A listing whose panel is open. */
export interface Seen {
  readonly id: string;
  readonly url: string;
  readonly platform: string;
  readonly merchant: string | null;
  readonly merchantName: string | null;
  readonly title: string;
  /** Keys of the product's own codes. */
  readonly codes: readonly string[];
}

export interface Memory {
  /** Another seller than the one at whom this listing was first seen, and when that was. */
  readonly switched: { readonly name: string; readonly at: string } | null;
  /** The same product under another number. */
  readonly relisted: { readonly url: string; readonly at: string } | null;
  /** When it was bought. */
  readonly bought: string | null;
  /** The complaint about it, and the state in which it was last seen. */
  readonly complaint: { readonly id: string; readonly state: string } | null;
}

/** What the panel can look at more closely, only when asked. */
export type Look = "law" | "reviews";

export type Kind = keyof Asks;
export type Ask = { [K in Kind]: { kind: K } & Asks[K]["ask"] }[Kind];
type Sender = chrome.runtime.MessageSender;
export type Handlers = { [K in Kind]: (ask: Asks[K]["ask"], sender: Sender) => Promise<Asks[K]["answer"]> };
export type ScoreAnswer = { ok: true; score: Score } | { ok: false; why: "absent" | "failed" };

export function ask<K extends Kind>(kind: K, body: Asks[K]["ask"]): Promise<Asks[K]["answer"]> {
  return chrome.runtime.sendMessage({ kind, ...body });
}

/** Answers by `sendResponse` and `return true`: not every browser waits for a promise. */
export function answer(handlers: Handlers): void {
  chrome.runtime.onMessage.addListener((message: Ask, sender, respond) => {
    if (sender.id !== chrome.runtime.id || !Object.hasOwn(handlers, message.kind)) return false;
    const handle = handlers[message.kind] as (ask: Ask, sender: Sender) => Promise<unknown>;
    handle(message, sender).then(respond, (error: unknown) => {
      console.error(message.kind, error);
      respond(null);
    });
    return true;
  });
}

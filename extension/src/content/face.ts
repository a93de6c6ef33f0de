import style from "caveat:style/badge";
import { h } from "../look/h.ts";
import { mark, tone } from "../look/mark.ts";
import { ask } from "../wire.ts";
import { grade } from "./decide.ts";
import type { BadgeWords, View } from "./types.ts";

/** Where the panel finds its place. */
export interface Room {
  readonly root: ShadowRoot;
  readonly frame: HTMLElement;
  /** What opens it, and gets the focus back. */
  readonly button: HTMLButtonElement;
}

export interface Panel {
  /** Shows a view, now or when it is opened. */
  show(view: View): void;
  open(): void;
}

declare global {
  /** Put in place by content/badge.*.js, which runs before. */
  var caveatBadge: BadgeWords;
  /** Put in place by content/panel.js, which comes into the page when someone is about to open the panel. */
  var caveatPanel: ((room: Room) => Panel) | undefined;
}

/** How often to come back after the page removed the mark; a page that insists is left in peace. */
const RETURNS = 3;

/** Inline and important: the one kind of style that no rule of a page can undo. */
const HOST_STYLE = "all: initial !important; display: block !important; position: fixed !important;";

export interface Face {
  /** Shows a view, replacing what stood there. */
  show(view: View): void;
}

/** The badge, and the room for the panel, in one node outside the page's own tree. Gone on abort. */
export function face(signal: AbortSignal): Face {
  const host = document.createElement(`x-${crypto.getRandomValues(new Uint32Array(1))[0]}`);
  const root = host.attachShadow({ mode: FLAGS.openShadow ? "open" : "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets.push(sheet);
  const button = h("button", { type: "button", "aria-haspopup": "dialog" });
  const badge = h("div", { popover: "manual", class: "badge" }, button);
  const frame = h("div", { class: "caveat" }, badge);
  root.append(frame);
  const appear = stay(host, badge, signal);
  let view: View;
  let panel: Panel | undefined;
  const load = async (): Promise<void> => {
    if (!globalThis.caveatPanel) await ask("panel", {});
    if (panel) return;
    panel = globalThis.caveatPanel?.({ root, frame, button });
    panel?.show(view);
  };
  const open = async (): Promise<void> => {
    appear();
    await load();
    panel?.open();
  };
  // Most pages are left without opening the panel, so its code comes only when a pointer is near.
  for (const near of ["pointerenter", "focus"]) button.addEventListener(near, () => void load());
  button.addEventListener("click", () => void open());
  return {
    show(next) {
      view = next;
      const { name, states, locale } = globalThis.caveatBadge;
      frame.lang = locale;
      const { state, verdict } = view;
      const words = states[state === "rated" ? `rated.${grade(verdict)}` : state] ?? "";
      const urgent = state === "blocked" || state === "warning";
      button.replaceChildren(
        mark(state, grade(verdict), 28),
        h("span", { class: `words ${urgent ? "urgent" : ""} ${tone(state, grade(verdict))}` }, words),
      );
      button.ariaLabel = name.replace("…", words);
      // Out of the page's reach. It wakes the worker, so only for what must not be missed.
      if (urgent) {
        void ask("mark", { state, title: button.ariaLabel });
        signal.onabort = () => ask("mark", { state: null });
      }
      panel?.show(view);
    },
  };
}

/**
 * Puts the host in its place and keeps it there; the returned function does so whatever the page did to it.
 * Watches the root's own children and the host only, never the subtree: pages change there all the time.
 */
function stay(host: HTMLElement, badge: HTMLElement, signal: AbortSignal): () => void {
  let left = RETURNS;
  const appear = (): void => {
    const root = document.documentElement;
    for (const name of host.getAttributeNames()) host.removeAttribute(name);
    host.style.cssText = HOST_STYLE;
    if (host.parentNode !== root) root.append(host);
    if (!badge.matches(":popover-open")) badge.showPopover();
    watcher.takeRecords();
  };
  const watcher = new MutationObserver((records) => {
    const moved = host.parentNode !== document.documentElement;
    if ((moved || records.some(({ attributeName }) => attributeName)) && left-- > 0) appear();
  });
  signal.addEventListener("abort", () => {
    watcher.disconnect();
    host.remove();
  });
  watcher.observe(document.documentElement, { childList: true });
  watcher.observe(host, { attributeFilter: ["style", "hidden", "class"] });
  appear();
  return appear;
}

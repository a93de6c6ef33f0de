import style from "caveat:style/badge";
import { h } from "../look/h.ts";
import { mark, tone } from "../look/mark.ts";
import { sheet } from "../look/sheet.ts";
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
  /** Opens the panel; false when the page took all this out of its place, and another has to be made. */
  open(): boolean;
}

/** The badge, and the room for the panel, in one node outside the page's own tree. Gone on abort. */
export function face(signal: AbortSignal): Face {
  const host = document.createElement(`x-${crypto.getRandomValues(new Uint32Array(1))[0]}`);
  const root = host.attachShadow({ mode: FLAGS.openShadow ? "open" : "closed" });
  root.adoptedStyleSheets.push(sheet(style));
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
      const words = inWords(view);
      frame.lang = globalThis.caveatBadge.locale;
      button.replaceChildren(...badgeContent(view, words));
      button.ariaLabel = globalThis.caveatBadge.name.replace("…", words);
      if (isUrgent(view)) report(view, button.ariaLabel, signal);
      panel?.show(view);
    },
    open() {
      report(view, button.ariaLabel, signal);
      const isHere = host.parentNode === document.documentElement;
      // A document that was written anew has taken every listener off it.
      if (isHere) void open();
      else if (host.isConnected) host.remove();
      return isHere;
    },
  };
}

function inWords({ state, verdict }: View): string {
  return globalThis.caveatBadge.states[state === "rated" ? `rated.${grade(verdict)}` : state] ?? "";
}

function isUrgent({ state }: View): boolean {
  return state === "blocked" || state === "warning";
}

/** Tells the toolbar button, out of the page's reach. It wakes the worker, so only for what must not be missed. */
function report({ state, verdict }: View, title: string | null, signal: AbortSignal): void {
  void ask("mark", { state, grade: grade(verdict), title });
  signal.onabort = () => ask("mark", { state: null });
}

function badgeContent(view: View, words: string): Node[] {
  const { state, verdict } = view;
  const urgent = isUrgent(view) ? "urgent" : "";
  return [
    mark(state, grade(verdict), 28),
    h("span", { class: `words ${urgent} ${tone(state, grade(verdict))}` }, words),
  ];
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

import style from "caveat:style/badge";
import { h } from "../look/h.ts";
import { mark, tone } from "../look/mark.ts";
import { ask } from "../wire.ts";
import { grade } from "./decide.ts";
import type { BadgeWords, View } from "./types.ts";

declare global {
  /** Put in place by content/badge.*.js, which runs before. */
  var caveatBadge: BadgeWords;
  /** Put in place by content/panel.js, which comes into the page when someone is about to open the panel. */
  var caveatPanel: ((view: View, close: () => void) => { style: CSSStyleSheet; content: Node[] }) | undefined;
}

/** How often to come back after the page removed the mark; a page that insists is left in peace. */
const RETURNS = 3;

/** Inline and important: the one kind of style that no rule of a page can undo. */
const HOST_STYLE = "all: initial !important; display: block !important; position: fixed !important;";

export interface Face {
  /** Shows a view, replacing what stood there. */
  show(view: View): void;
  open(): void;
}

/** The badge, and the room for the panel, in one node outside the page's own tree. Gone on abort. */
export function face(signal: AbortSignal): Face {
  const host = document.createElement(`x-${crypto.getRandomValues(new Uint32Array(1))[0]}`);
  host.style.cssText = HOST_STYLE;
  const root = host.attachShadow({ mode: FLAGS.openShadow ? "open" : "closed" });
  root.adoptedStyleSheets.push(sheet(style));
  const box = h("div", { popover: "auto", class: "panel", role: "dialog", "aria-labelledby": "who", tabindex: -1 });
  const button = h("button", { type: "button", "aria-haspopup": "dialog" });
  const badge = h("div", { popover: "manual", class: "badge" }, button);
  const frame = h("div", { class: "caveat" }, badge, box);
  root.append(frame);
  button.popoverTargetElement = box;
  let view: View;
  const fill = (): void => {
    const made = globalThis.caveatPanel?.(view, () => box.hidePopover());
    if (!made) return;
    root.adoptedStyleSheets[1] = made.style;
    box.replaceChildren(...made.content);
  };
  fillOnOpening(box, fill);
  holdFocus(box, button);
  for (const near of ["pointerenter", "focus"]) button.addEventListener(near, () => void load());
  stay(host, badge, signal);
  return {
    show(next) {
      view = next;
      const words = inWords(view);
      frame.lang = globalThis.caveatBadge.locale;
      button.replaceChildren(...badgeContent(view, words));
      button.setAttribute("aria-label", globalThis.caveatBadge.name.replace("…", words));
      if (box.matches(":popover-open")) fill();
    },
    open() {
      button.focus();
      if (!box.matches(":popover-open")) box.showPopover();
    },
  };
}

function inWords({ state, verdict }: View): string {
  return globalThis.caveatBadge.states[state === "rated" ? `rated.${grade(verdict)}` : state] ?? "";
}

/** On our own element, where no rule of the page reaches: `:host` gives way to the page. */
export function sheet(text: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(text.replaceAll(":host", ".caveat"));
  return made;
}

function badgeContent(view: View, words: string): Node[] {
  const { state, verdict } = view;
  const urgent = state === "blocked" || state === "warning" ? "urgent" : "";
  return [
    mark(state, grade(verdict), 28),
    h("span", { class: `words ${urgent} ${tone(state, grade(verdict))}` }, words),
  ];
}

/** Most pages are left without opening the panel, so its code comes only when a pointer is near. */
function fillOnOpening(box: HTMLElement, fill: () => void): void {
  box.addEventListener("beforetoggle", (event) => {
    if ((event as ToggleEvent).newState !== "open") return;
    if (globalThis.caveatPanel) return fill();
    event.preventDefault();
    void load().then(() => globalThis.caveatPanel && box.showPopover());
  });
}

/** Browsers give the focus back to the host, which cannot hold it. */
function holdFocus(box: HTMLElement, button: HTMLElement): void {
  let inside = false;
  box.addEventListener("beforetoggle", () => {
    inside = box.matches(":focus-within");
  });
  box.addEventListener("toggle", () => {
    if (box.matches(":popover-open")) box.focus();
    else if (inside) button.focus();
  });
}

function load(): Promise<unknown> {
  return globalThis.caveatPanel ? Promise.resolve() : ask("panel", {});
}

/** Watches the root's own children only, never the subtree: pages change there all the time. */
function stay(host: HTMLElement, badge: HTMLElement, signal: AbortSignal): void {
  let left = RETURNS;
  const appear = (): void => {
    document.documentElement.append(host);
    badge.showPopover();
  };
  const watcher = new MutationObserver(() => {
    if (!host.isConnected && left-- > 0) appear();
  });
  signal.addEventListener("abort", () => {
    watcher.disconnect();
    host.remove();
  });
  watcher.observe(document.documentElement, { childList: true });
  appear();
}

import type { Panel, Room } from "../content/face.ts";
import type { View } from "../content/types.ts";
import { h } from "../look/h.ts";

/** The box of the panel: filled when it opens, and the focus given back to the badge when it closes. */
export function box({ frame, button }: Room, content: (view: View, close: () => void) => Node[]): Panel {
  let view: View;
  let inside = false;
  const element = h("div", { popover: "auto", class: "panel", role: "dialog", "aria-labelledby": "who", tabindex: -1 });
  const isOpen = (): boolean => element.matches(":popover-open");
  const fill = (): void => element.replaceChildren(...content(view, () => element.hidePopover()));
  element.addEventListener("beforetoggle", () => {
    inside = element.matches(":focus-within");
    if (!isOpen()) fill();
  });
  // Browsers give the focus back to the host, which cannot hold it.
  element.addEventListener("toggle", () => {
    button.ariaExpanded = String(isOpen());
    if (isOpen()) element.focus();
    else if (inside) button.focus();
  });
  frame.append(element);
  return {
    show(next) {
      view = next;
      if (isOpen()) fill();
    },
    open() {
      button.focus();
      if (!isOpen()) element.showPopover();
    },
  };
}

import { h } from "../look/h.ts";
import { addedShops, grantedOrigins, type Shop, shops } from "../shops.ts";
import type { Speaker } from "../text.ts";
import { button } from "./page.ts";

/** The shops to choose from; access is asked of the browser for exactly the chosen ones, and given back. */
export async function chooseShops(say: Speaker): Promise<HTMLElement> {
  const granted = new Set(await grantedOrigins());
  const boxes = new Map(shops.map((shop) => [shop, checkbox(isGiven(shop, granted))]));
  const news = h("p", { role: "status" });
  const tell = async (): Promise<void> => {
    const count = shops.filter((shop) => isGiven(shop, granted)).length + (await addedShops()).length;
    news.textContent = say("welcome.shops.given", { count });
  };
  const apply = async (): Promise<void> => {
    const [wanted, unwanted] = [origins(boxes, true), origins(boxes, false)];
    if (wanted.length > 0 && !(await chrome.permissions.request({ origins: wanted }))) {
      news.textContent = say("welcome.shops.refused");
      return;
    }
    await giveBack(unwanted.filter((origin) => granted.has(origin)));
    granted.clear();
    for (const origin of await grantedOrigins()) granted.add(origin);
    await tell();
  };
  await tell();
  const list = [...boxes].map(([shop, box]) => h("label", { class: "choice" }, box, shop.name));
  return h(
    "div",
    { class: "stack" },
    h("div", { class: "choices" }, ...list),
    h("p", { class: "row" }, button(say("welcome.shops.choose"), apply, "primary"), news),
  );
}

/** Required hosts cannot be given back; builds for tests hold the shops as required ones. */
export async function giveBack(origins: string[]): Promise<void> {
  if (origins.length > 0) await chrome.permissions.remove({ origins }).catch(() => false);
}

function isGiven(shop: Shop, granted: ReadonlySet<string>): boolean {
  return shop.origins.every((origin) => granted.has(origin));
}

function checkbox(checked: boolean): HTMLInputElement {
  return h("input", { type: "checkbox", checked });
}

function origins(boxes: ReadonlyMap<Shop, HTMLInputElement>, checked: boolean): string[] {
  return [...boxes].filter(([, box]) => box.checked === checked).flatMap(([shop]) => shop.origins);
}

import { h } from "../look/h.ts";
import { changeSettings } from "../settings.ts";
import { addedShops } from "../shops.ts";
import type { Speaker } from "../text.ts";
import { originOf } from "./origin.ts";
import { button } from "./page.ts";
import { giveBack } from "./shops.ts";

/** Independent shops: those added so far, and a field for another. */
export async function ownShops(say: Speaker, asked: string): Promise<HTMLElement> {
  const list = h("ul", { class: "rows" });
  const show = async (): Promise<void> => {
    list.replaceChildren(...(await addedShops()).map(line));
  };
  const line = (origin: string): HTMLElement => {
    const shop = origin.replace(/^https?:\/\/|\/\*$/g, "");
    const remove = async (): Promise<void> => {
      await changeSettings(({ added }) => ({ added: added.filter((each) => each !== origin) }));
      await giveBack([origin]);
      await show();
    };
    return h("li", {}, shop, button(say("options.shop.remove", { shop }), remove));
  };
  await show();
  return h("div", { class: "stack" }, list, addForm(say, asked, show));
}

/** `asked` is what the panel's *Always show* put behind the # of the address. */
function addForm(say: Speaker, asked: string, added: () => Promise<void>): HTMLElement {
  const input = h("input", {
    id: "shop",
    inputmode: "url",
    autocomplete: "off",
    placeholder: "https://shop.example",
    value: asked.startsWith("add=") ? asked.slice("add=".length) : "",
  });
  const wrong = h("p", { class: "wrong", role: "status" });
  const add = async (event: Event): Promise<void> => {
    event.preventDefault();
    const origin = originOf(input.value);
    input.setAttribute("aria-invalid", String(!origin));
    wrong.textContent = origin ? "" : say("options.shop.add.wrong");
    if (!origin) return;
    if (!(await chrome.permissions.request({ origins: [origin] }))) {
      wrong.textContent = say("welcome.shops.refused");
      return;
    }
    input.value = "";
    await changeSettings((now) => ({ added: [...new Set([...now.added, origin])].sort() }));
    await added();
  };
  return h(
    "form",
    { class: "field", onsubmit: (event) => void add(event) },
    h("label", { for: "shop" }, say("options.shop.add")),
    h("div", { class: "inline" }, input, h("button", {}, say("options.shop.add.button"))),
    wrong,
  );
}

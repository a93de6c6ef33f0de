import { Window } from "happy-dom";
import { readData } from "../../extension/data.ts";
import "../../extension/src/content/codes.ts";
import "../../extension/src/content/engine.ts";
import "../../extension/src/rules/embedded.ts";
import "../../extension/src/rules/money.ts";
import "../../extension/src/rules/structured.ts";
import { recognise, type Shop } from "../../extension/src/content/recognise.ts";
import { type CompiledRules } from "../../extension/src/rules/engine.ts";
import { anyListingKey, elsewhere } from "../../extension/src/web_identity.ts";

const data = readData();

function shop(name: string): Shop {
  const { tracking, platforms } = data.platforms;
  return { table: { tracking, platforms: { [name]: platforms[name]! } }, rules: data.rules[name]! };
}

function web(): Shop {
  const table = { tracking: data.platforms.tracking, platforms: {} };
  return { table, rules: data.rules.generic!, web: { elsewhere: elsewhere(table, data.suffixes), listingKey: anyListingKey } };
}

function page(html: string): Document {
  const window = new Window();
  window.document.write(html);
  globalThis.DOMParser = window.DOMParser as never;
  return window.document as never;
}

const asked = (url: string, isAsked = false) => ({ url, asked: isAsked, open: false });
const amazon = (seller: string) => `<h1 id=productTitle>Power bank</h1><form><input id=merchantID value="${seller}"></form>
  <table id=prodDetails><tr><th>Brand</th><td>Northbay Ltd</td></tr><tr><th>Item model number</th><td>NB-4410</td></tr>
  <tr><th>EAN</th><td>4006381333931</td></tr></table>`;

it("tells seller, listing and the product's own codes from a page", () => {
  const sight = recognise(page(amazon("A1CAVEATTEST01")), asked("https://www.amazon.de/Power-Bank/dp/b0caveat02?th=1"), shop("amazon"));
  expect(sight).toMatchObject({
    url: "https://www.amazon.de/dp/B0CAVEAT02",
    site: "www.amazon.de",
    platform: "amazon",
    platformName: "Amazon",
    itemId: "B0CAVEAT02",
    merchant: "amazon:seller:A1CAVEATTEST01",
  });
  expect(sight?.read()).toMatchObject({ title: "Power bank" });
  expect(sight?.safety).toEqual(["amazon:item:B0CAVEAT02", "gtin:04006381333931", "model:northbay:NB4410"]);
});

it("looks at no other page of a platform, unless asked", () => {
  const cart = "https://www.amazon.de/gp/cart/view.html";
  expect(recognise(page(amazon("A1CAVEATTEST01")), asked(cart), shop("amazon"))).toBeNull();
  expect(recognise(page("<h1>Cart</h1>"), asked(cart, true), shop("amazon"))).toMatchObject({ merchant: null, safety: [] });
});

it("names no seller when the address and the page name two", () => {
  const url = "https://shopee.sg/product/111222/333444";
  const html = `<script type="application/ld+json">{"@type":"Product","name":"Cup","offers":{"price":"3"}}</script>`;
  expect(recognise(page(html), asked(url), shop("shopee"))?.merchant).toBe("shopee:shop:111222");
  const rules: CompiledRules = {
    ...data.rules.shopee!,
    fields: { "seller.id": { to: ["text"], ways: [{ css: "b" }] } },
  };
  const sight = recognise(page("<b>999</b>"), asked(url), { ...shop("shopee"), rules });
  expect(sight).toMatchObject({ merchant: null, merchantName: null });
});

it("takes an independent shop by its registered domain, and only pages that sell", () => {
  const html = `<h1>Lantern</h1><script type="application/ld+json">{"@type":"Product","name":"Lantern",
    "offers":{"@type":"Offer","price":"49.00","priceCurrency":"EUR"}}</script>`;
  const url = "https://www.lantern.co.uk/p/lantern?utm_source=x&id=4";
  const sight = recognise(page(html), asked(url), web());
  expect(sight?.read()).toMatchObject({ title: "Lantern", price: "49.00", currency: "EUR" });
  expect(sight).toMatchObject({
    merchant: "web:domain:lantern.co.uk",
    platformName: null,
    url: "https://www.lantern.co.uk/p/lantern?id=4",
    safety: ["web:item:www.lantern.co.uk/p/lantern?id=4"],
  });
  expect(recognise(page("<h1>About us</h1>"), asked("https://www.lantern.co.uk/about"), web())).toBeNull();
  expect(recognise(page("<h1>About us</h1>"), asked("https://www.lantern.co.uk/about", true), web())).toMatchObject({
    merchant: "web:domain:lantern.co.uk",
  });
});

it("takes nothing from the place up to which a page has been loaded: a number may be cut off there", () => {
  const document = page(amazon("A1CAVEATTEST01").split("</form>")[0] as string);
  const see = () => recognise(document, asked("https://www.amazon.de/dp/B0CAVEAT02"), shop("amazon"))?.merchant;
  Object.defineProperty(document, "readyState", { value: "loading", configurable: true });
  expect(see()).toBeNull();
  document.body.append(document.createElement("p"));
  expect(see()).toBe("amazon:seller:A1CAVEATTEST01");
  const script = document.createElement("script");
  script.textContent = 'var data = {"storeModule": {"storeNum": 70000';
  const cut = page(`<h1>Lamp</h1>`);
  Object.defineProperty(cut, "readyState", { value: "loading" });
  cut.body.append(script);
  const listing = asked("https://www.aliexpress.com/item/10050010001.html");
  expect(recognise(cut, listing, shop("aliexpress"))?.merchant).toBeNull();
});

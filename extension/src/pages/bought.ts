import { lookedAtCases } from "../cases.ts";
import { saveDraft } from "../drafts.ts";
import { h } from "../look/h.ts";
import { link } from "../look/link.ts";
import { plainName } from "../clip.ts";
import { allPurchases, forgetPurchases, lookedAt, type Purchase, removePurchase } from "../purchases.ts";
import type { Speaker } from "../text.ts";
import { caseList } from "./cases.ts";
import { saveFile } from "./file.ts";
import { button, page, part } from "./page.ts";

void bought();

/** What the buyer kept, those with notices first. */
async function bought(): Promise<void> {
  const { say, main } = await page("bought.title");
  const place = h("div", { class: "stack" });
  const cases = await caseList(say);
  main.append(h("p", { class: "lead" }, say("bought.lead")), place, ...(cases ? [part("cases", say("cases.title"), cases)] : []));
  await show(place, say);
  await lookedAtCases();
  await lookedAt();
}

async function show(place: HTMLElement, say: Speaker): Promise<void> {
  const all = await allPurchases();
  const again = (): Promise<void> => show(place, say);
  const noted = all.filter(({ matches }) => matches.length > 0);
  const others = all.filter(({ matches }) => matches.length === 0);
  place.replaceChildren(
    ...(noted.length ? [part("noted", say("bought.noted", { count: noted.length }), ...noted.map((each) => entry(each, say, again)))] : []),
    part("list", say("bought.list"), ...(others.length ? others.map((each) => entry(each, say, again)) : [h("p", { class: "quiet" }, say(all.length ? "bought.list.rest" : "bought.list.none"))])),
    ...(all.length ? [tools(all, say, again)] : []),
  );
}

function entry(purchase: Purchase, say: Speaker, again: () => Promise<void>): HTMLElement {
  const { id, url, title, merchant, merchantName, at, matches } = purchase;
  const remove = async (): Promise<void> => {
    await removePurchase(id);
    await again();
  };
  return h(
    "article",
    { class: `stack purchase ${matches.length ? "note stop" : ""}` },
    h("h3", {}, h("bdi", {}, plainName(title) || id)),
    h("p", { class: "quiet small" }, say("bought.kept", { at, seller: `\u2068${plainName(merchantName ?? merchant?.split(":").slice(2).join(":") ?? "")}\u2069` }), " ", link(url, say("bought.page"))),
    matches.length > 0 && h("ul", {}, ...matches.map((match) => notice(match, say))),
    h("p", { class: "row" }, matches.length > 0 && button(say("panel.complain"), () => complain(purchase), "primary"), button(say("bought.remove", { title: plainName(title) }), remove)),
  );
}

/** The authority's own words in quotation marks, and the way to the remedy and its deadline, which stand there. */
function notice({ tier, notice: { id, authority, date, hazards, type, words, url } }: Purchase["matches"][number], say: Speaker): HTMLElement {
  const named = hazards.map((hazard) => say.code("hazard", hazard)).join(", ");
  return h(
    "li",
    { class: "stack" },
    h("strong", {}, say.code("tier", String(tier))),
    h("p", {}, [named, type].filter(Boolean).join(" · ")),
    h("p", {}, h("q", {}, words)),
    h("p", { class: "small" }, say("panel.notice.source", { authority, date }), " · ", link(url, say("bought.remedy", { id }))),
  );
}

async function complain({ url, platform, merchant, merchantName, title, safety }: Purchase): Promise<void> {
  const facts = { listing_url: url, platform, merchant_key: merchant, merchant_name: merchantName, product_title: title, item_id: itemOf(safety) };
  const answers = Object.fromEntries(Object.entries(facts).filter((each): each is [string, string] => Boolean(each[1])));
  const id = crypto.randomUUID();
  await saveDraft({ id, answers });
  location.assign(`complaint.html?draft=${id}`);
}

/** The platform's own number in `platform:item:number`. */
function itemOf([listing = ""]: readonly string[]): string {
  return listing.split(":").slice(2).join(":");
}

function tools(all: readonly Purchase[], say: Speaker, again: () => Promise<void>): HTMLElement {
  const forget = async (): Promise<void> => {
    await forgetPurchases();
    await again();
  };
  const save = (): void => saveFile("caveat-purchases.json", all);
  return h("p", { class: "row" }, button(say("bought.export"), save), button(say("bought.forget"), forget, "danger"));
}

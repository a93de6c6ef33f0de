import locales from "caveat:locales";
import { failure, forget, present, update } from "../copy.ts";
import { allCases, forgetCases } from "../cases.ts";
import { allDrafts, removeAllDrafts } from "../drafts.ts";
import { allSent, forgetSent } from "../log.ts";
import { allEvidence, type Evidence, forgetEvidence } from "../evidence.ts";
import { h } from "../look/h.ts";
import { allPurchases, forgetPurchases } from "../purchases.ts";
import { allSeen, forgetSeen } from "../seen.ts";
import { changeSettings, readSettings, resting, switchOn, wake } from "../settings.ts";
import type { Speaker } from "../text.ts";
import { ownShops } from "./addshop.ts";
import { saveFile } from "./file.ts";
import { publishers } from "./publishers.ts";
import { sentLog } from "./sent.ts";
import { copyFacts } from "./facts.ts";
import { getCopy } from "./getcopy.ts";
import { button, host, page, part } from "./page.ts";
import { chooseShops } from "./shops.ts";
import { countryChoice, weightChoices } from "./yours.ts";

void options();

async function options(): Promise<void> {
  const { say, main } = await page("options.title");
  const asked = decodeURIComponent(location.hash.slice(1));
  main.append(
    part("shops", say("options.shops"), h("p", {}, say("options.shops.text")), await chooseShops(say), await ownShops(say, asked)),
    part("off", say("options.off"), h("p", {}, say("options.off.text")), await offList(say)),
    part("language", say("options.language"), await languageChoice(say)),
    part("country", say("options.country"), h("p", {}, say("options.country.text")), await countryChoice(say)),
    part("weights", say("options.weights"), h("p", {}, say("options.weights.text")), await weightChoices(say)),
    part("copy", say("options.copy"), await copyPart(say)),
    part("publishers", say("options.publishers"), h("p", {}, say("options.publishers.text")), await publishers(say)),
    part("bought", say("bought.title"), h("p", {}, say("options.bought.text")), h("p", {}, h("a", { href: "bought.html" }, say("panel.bought.list")))),
    part("sent", say("options.sent"), h("p", {}, say("options.sent.text")), await sentLog(say)),
    part("export", say("options.export"), h("p", {}, say("options.export.text")), h("p", {}, button(say("options.export.button"), exportAll))),
    part("remove", say("options.remove"), h("p", {}, say("options.remove.text")), removal(say)),
  );
  document.getElementById(asked)?.scrollIntoView();
}

async function offList(say: Speaker): Promise<HTMLElement> {
  const { off, quiet } = await readSettings();
  const list = h("ul", { class: "rows" });
  const none = (): void => list.replaceChildren(h("li", { class: "quiet" }, say("options.off.none")));
  const rests: [string, string, () => Promise<void>][] = [
    ...off.map((site): [string, string, () => Promise<void>] => [site, site, () => switchOn(site)]),
    ...Object.entries(resting(quiet)).map(([site, until]): [string, string, () => Promise<void>] => [site, say("options.off.until", { site, until: new Date(until).toISOString() }), () => wake(site)]),
  ];
  for (const [site, text, back] of rests) {
    const line = h("li", {}, text, button(say("options.off.remove", { site }), () => turnOn()));
    const turnOn = async (): Promise<void> => {
      await back();
      line.remove();
      if (!list.children.length) none();
    };
    list.append(line);
  }
  if (rests.length === 0) none();
  return list;
}

async function languageChoice(say: Speaker): Promise<HTMLElement> {
  const { language } = await readSettings();
  const choose = async (): Promise<void> => {
    await changeSettings(() => ({ language: select.value || null }));
    location.reload();
  };
  const names = locales.map((locale) => {
    const name = new Intl.DisplayNames(locale, { type: "language" }).of(locale) ?? locale;
    return h("option", { value: locale, selected: locale === language, lang: locale }, name);
  });
  const select = h(
    "select",
    { "aria-labelledby": "language-title", onchange: () => void choose() },
    h("option", { value: "" }, say("options.language.browser")),
    ...names,
  );
  return h("div", { class: "field" }, select);
}

async function copyPart(say: Speaker): Promise<HTMLElement> {
  const box = h("div", { class: "stack" });
  const facts = await present();
  if (!facts) {
    box.append(h("p", {}, say("options.copy.none")), getCopy(say, () => location.reload()));
    return box;
  }
  const news = h("span", { role: "status" });
  const renew = async (): Promise<void> => {
    news.textContent = say("welcome.copy.getting", { host });
    await update().then(
      (changed) => {
        if (changed) location.reload();
        else news.textContent = say("copy.current");
      },
      (error: unknown) => {
        news.textContent = say(failure(error), { host });
      },
    );
  };
  box.append(
    copyFacts(facts, say),
    h("p", { class: "quiet" }, say("options.copy.schedule")),
    h("p", { class: "row" }, button(say("options.copy.update"), renew), news),
  );
  return box;
}

/** Everything that is kept here, but for the copies, which anybody can download. */
async function exportAll(): Promise<void> {
  const [settings, purchases, sent, seen, drafts, cases, evidence] = await Promise.all([readSettings(), allPurchases(), allSent(), allSeen(), allDrafts(), allCases(), allEvidence()]);
  saveFile("caveat.json", { settings, purchases, sent, seen, drafts, cases, evidence: evidence.map(inText) });
}

/** A file as JSON holds it. */
function inText({ bytes, ...rest }: Evidence): object {
  return { ...rest, base64: btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("")) };
}

/** Asked twice: what is removed cannot be brought back. */
function removal(say: Speaker): HTMLElement {
  const box = h("p", { class: "row", role: "status" });
  const start = (): void => box.replaceChildren(button(say("options.remove"), sure, "danger"));
  const sure = (): void => box.replaceChildren(button(say("options.remove.confirm"), remove, "danger"), button(say("options.remove.cancel"), start));
  const remove = async (): Promise<void> => {
    await forget();
    await Promise.all([removeAllDrafts(), forgetPurchases(), forgetSent(), forgetSeen(), forgetCases(), forgetEvidence()]);
    await chrome.storage.local.clear();
    const { origins = [] } = await chrome.permissions.getAll();
    const required = chrome.runtime.getManifest().host_permissions ?? [];
    const optional = origins.filter((origin) => !required.includes(origin));
    if (optional.length > 0) await chrome.permissions.remove({ origins: optional });
    box.replaceChildren(say("options.remove.done"));
  };
  start();
  return box;
}

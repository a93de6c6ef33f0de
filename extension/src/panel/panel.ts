import { plainName } from "../clip.ts";
import { h, s } from "../look/h.ts";
import { link } from "../look/link.ts";
import { mark } from "../look/mark.ts";
import { readSettings } from "../settings.ts";
import type { Speaker } from "../text.ts";
import { ask } from "../wire.ts";
import { answersFrom } from "./complaint.ts";
import type { Match, Verdict } from "../lookup/buckets.ts";
import { grade, ofNotices, ofSeller } from "../content/decide.ts";
import { law } from "./law.ts";
import { memory } from "./memory.ts";
import { details } from "./reasons.ts";
import { rest } from "./rest.ts";
import { reviews } from "./reviews.ts";
import type { Site } from "./site.ts";
import type { View as Seen } from "../content/types.ts";

/** More would push the verdict off the screen; the link of each leads to its authority. */
const NOTICES = 3;
const MARK = 44;
const DAY = 86_400_000;
const host = new URL(FLAGS.apiOrigin).host;

/** What the panel shows, and the words to say it in. */
export interface View extends Seen {
  readonly say: Speaker;
  readonly site: Site;
  /** Whether the mark could come to this shop by itself and does not. */
  readonly unwatched?: boolean;
}

/** The panel from top to bottom: who sells this, notices, the verdict, what to do, and what was sent. */
export function panel(view: View, close: () => void): Node[] {
  const sent = h("p", { class: "small" }, view.say("panel.sent.nothing"));
  const found = h("section", {}, verdict(view));
  const remembered = memory(view.sight, view.say);
  return [
    header(view, close),
    seller(view),
    ...notices(view),
    found,
    ...(remembered ? [remembered] : []),
    h("section", {}, law(view.site, view.say), reviews(view.site, view.say)),
    actions(view, found, sent),
    foot(view, sent),
  ];
}

function header({ say }: View, close: () => void): HTMLElement {
  const cross = s("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" }, s("path", { d: "M1.5 1.5l11 11m0-11l-11 11" }));
  return h(
    "header",
    {},
    say("panel.name"),
    h("button", { type: "button", class: "close", "aria-label": say("panel.close"), onclick: close }, cross),
  );
}

function seller({ sight, say }: View): HTMLElement {
  const name = sight.merchantName ?? sight.merchant?.split(":").slice(2).join(":") ?? say("panel.seller.unknown");
  return h(
    "section",
    {},
    h("p", { class: "label" }, say("panel.seller")),
    h("h2", { id: "who" }, h("bdi", {}, plainName(name))),
    sight.platformName && h("p", { class: "small" }, say("panel.seller.on", { platform: sight.platformName })),
  );
}

function notices({ verdict, say }: View): HTMLElement[] {
  const state = ofNotices(verdict);
  if (!state) return [];
  const { safety } = verdict;
  const lines = safety.slice(0, NOTICES).map((match) => noticeLine(match, verdict, say));
  const more = safety.length - lines.length;
  return [
    h(
      "section",
      { class: `finding notices ${state}` },
      mark(state, null, MARK),
      h(
        "div",
        {},
        h("h2", {}, say(`panel.state.${state}`)),
        h("ul", { "aria-label": say("panel.notices") }, ...lines),
        more > 0 && h("p", { class: "small" }, say("panel.notices.more", { more })),
      ),
    ),
  ];
}

/** The authority's own words stand in quotation marks; ours above them say only why the notice is here. */
function noticeLine({ tier, notice, by }: Match, { packs }: Verdict, say: Speaker): HTMLElement {
  const { id, authority, date, hazards, words, url } = notice;
  const named = hazards.map((hazard) => say.code("hazard", hazard)).join(", ");
  return h(
    "li",
    {},
    h("strong", {}, say.code("tier", String(tier))),
    named && h("span", {}, named),
    h("q", {}, words),
    h("span", { class: "small" }, `${say("panel.notice.source", { authority, date })} · `, link(url, id)),
    packs.length > 1 && h("span", { class: "small" }, say("panel.notice.by", { publisher: isolated(by.publisher.name) })),
  );
}

function verdict(view: View): HTMLElement {
  const { say, sight } = view;
  const state = ofSeller(sight.merchant, view.verdict);
  const rating = grade(view.verdict);
  return h(
    "div",
    { class: "finding" },
    mark(state, rating, MARK),
    h("div", {}, h("h2", {}, say(`panel.state.${state}`, { grade: rating ?? "" })), ...explanation(view).map((line) => h("p", {}, line))),
  );
}

function explanation({ sight, verdict, say }: View): string[] {
  if (verdict.state === "absent copy") return [say("panel.text.absent")];
  if (verdict.state === "stale") return [say("panel.text.stale", { built: verdict.pack?.issued ?? "" })];
  if (!sight.merchant) return [say("panel.text.unseen")];
  if (!verdict.listed) return [say("panel.text.none")];
  const words = grade(verdict) ? say.code("band", verdict.band) : say("panel.text.unrated");
  return verdict.reason ? [words, `${say("panel.reason.main")}: ${say.code("brief", verdict.reason)}`] : [words];
}

function actions(view: View, found: HTMLElement, sent: HTMLElement): HTMLElement {
  const { sight, state, say, site } = view;
  const box = h("input", { type: "checkbox", checked: true });
  const complain = async (): Promise<void> => {
    const picture = site.picture && box.checked ? await site.picture() : null;
    await ask("complain", { answers: answersFrom(sight, site.table()), picture });
  };
  const options = () => void ask("options", { part: "copy" });
  return h(
    "section",
    { class: "actions" },
    state === "absent" && h("button", { type: "button", onclick: options }, say("panel.get")),
    state === "stale" && h("button", { type: "button", onclick: options }, say("panel.update")),
    h("button", { type: "button", class: "primary", onclick: () => void complain() }, say("panel.complain")),
    site.picture && h("label", { class: "small choice" }, box, say("panel.picture")),
    ...showReasons(view, found, sent),
  );
}

function showReasons({ sight, say }: View, found: HTMLElement, sent: HTMLElement): Node[] {
  const merchant = sight.merchant;
  if (!merchant) return [];
  const hint = h("p", { class: "small", id: "hint" }, say("panel.reasons.hint", { host }));
  const show = async (): Promise<void> => {
    hint.remove();
    button.disabled = true;
    button.textContent = say("panel.reasons.loading", { host });
    sent.textContent = say("panel.sent.seller", { host, merchant });
    found.append(details(await ask("score", { merchant }), say, (await readSettings()).weights));
    button.remove();
  };
  const button = h(
    "button",
    { type: "button", "aria-describedby": "hint", onclick: () => void show() },
    say("panel.reasons.show"),
  );
  return [button, hint];
}

function foot(view: View, sent: HTMLElement): HTMLElement {
  const { verdict: { packs }, say } = view;
  const copies = packs.map(({ issued, publisher: { name } }) => h("p", { class: "small" }, say("panel.copy", { built: issued, publisher: isolated(name), days: daysSince(issued) })));
  return h(
    "footer",
    {},
    ...copies,
    sent,
    h("div", { class: "links small" }, rest(view), ...quietLinks(view)),
  );
}

function quietLinks({ unwatched, sight, say }: View): HTMLElement[] {
  const quiet = (text: string, about: string): HTMLElement =>
    h("button", { type: "button", class: "quiet", onclick: () => void ask("options", { part: about }) }, text);
  return [
    ...(unwatched ? [quiet(say("panel.always", { site: sight.site }), `add=${new URL(sight.url).origin}`)] : []),
    quiet(say("panel.options"), ""),
  ];
}

/** Isolated as <bdi> would, which a message has no room for. */
function isolated(name: string): string {
  return `\u2068${plainName(name)}\u2069`;
}

function daysSince(moment: string): number {
  return Math.max(0, Math.floor((Date.now() - Date.parse(moment)) / DAY));
}

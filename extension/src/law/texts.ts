/** What running text says: companies by their legal form, days for sending back, a word on reviews. */
import type { LawWords } from "./data.ts";
import type { Line } from "./lines.ts";
import { escaped, fits, hasAny, once, pattern } from "./patterns.ts";

const MOST_DAYS = 400;
const CAPITAL = "A-ZÀ-ÖØ-ÞŁŚŻŹĆĄĘŃÓČŠŽŘĎŤŇĞİŞА-Я";
const WORD = String.raw`[${CAPITAL}0-9][\w&.'’+/-]*`;
const JOINT = "(?:&|und|and|et|e|y|de|di|del|della|of|for|the|von|van|i|en)";
const LATIN = `${WORD}(?: ${WORD}| ${JOINT} ${WORD}){0,6}`;
const HAN = String.raw`[\u4e00-\u9fff々〇\u3040-\u30ffーA-Za-z0-9&（）\(\)・·]{2,30}`;
const BEFORE = String.raw`[가-힣\u4e00-\u9fff\u3040-\u30ffーA-Za-z0-9&.・·]{1,30}(?: [A-Z][\w&.]{1,20}){0,2}`;
const QUOTED = String.raw`[«"“][^»"”\n]{2,60}[»"”]`;
const NOISE = /^(?:©|\(c\)|copyright|(?:19|20)\d\d(?:\s?[-–]\s?(?:19|20)?\d\d)?|by|,|\.|:|-|\s|all rights reserved)+(?=[^\p{L}\p{N}_]|$)\s*/iu;
const DOTTED = /(?:\.\s?[A-Za-z]{1,2}|Inc|Corp|Ltda|Ges\.m\.b\.H)\.$/;

/** Companies with their legal form, and where each starts. */
export function companies(text: string, words: LawWords): { name: string; start: number }[] {
  return [...text.matchAll(pattern(company(words), ""))].flatMap((match) => {
    const skipped = NOISE.exec(match[0])?.[0].length ?? 0;
    const name = match[0].slice(skipped).replace(/^[ ,.;:]+|[ ,.;:]+$/g, "") + (DOTTED.test(match[0]) ? "." : "");
    return name.length > 3 ? [{ name, start: match.index + skipped }] : [];
  });
}

const company = once(({ company_after: after, company_before: before }: LawWords): string => {
  const of = (script: RegExp): string => after.filter((form) => script.test(form)).join("|");
  const hangul = String.raw`(?:[가-힣A-Za-z0-9&.]{1,24})\s?(?:${of(/[가-힣㈜]/)})(?![가-힣])`;
  const latin = String.raw`(?<![\w.])(?:${LATIN}),? (?:${after.filter((form) => /^[\x00-\x7f]*$/.test(form) || /[äŞ]/.test(form)).join("|")})(?![\w])`;
  return String.raw`${latin}|${hangul}|(?:${before.join("|")})\s?(?:${QUOTED}|${BEFORE})|${HAN}(?:${of(/[\u4e00-\u9fff]/)})`;
});

/** The most days in which a text takes goods back, and where it says so; null where it says none. */
export function bestOffer(lines: readonly Line[], { terms, days }: LawWords): { days: number; line: Line } | null {
  const named = Object.keys(days).sort((a, b) => b.length - a.length).map(escaped);
  const counted = terms.days.replaceAll("{n}", [String.raw`\d{1,3}`, ...named].join("|"));
  const found = lines.filter(({ text }) => fits(terms.says, text)).flatMap((line) =>
    line.text
      .split(/(?<=[.!?。！？;；])\s*(?=\S)/)
      .filter((sentence) => !fits(terms.none, sentence) && fits(terms.says, sentence) && !fits(terms.not_about, sentence))
      .flatMap((sentence) => [...sentence.matchAll(pattern(counted))])
      .map((match) => match.slice(1).find(Boolean) ?? "")
      .map((text) => ({ days: days[text.toLowerCase()] ?? Number(text), line }))
      .filter((offer) => offer.days > 0 && offer.days <= MOST_DAYS),
  );
  return found.reduce<{ days: number; line: Line } | null>((best, offer) => (best && best.days >= offer.days ? best : offer), null);
}

/** The shop's own statement on its reviews. */
export function reviewStatement(lines: readonly Line[], { reviews, review_cues }: LawWords): { gives: string; line: Line } | null {
  for (const line of lines) {
    const said = hasAny(line.lower, review_cues) && reviews.find(({ says }) => fits(says, line.text));
    if (said) return { gives: said.gives, line };
  }
  return null;
}

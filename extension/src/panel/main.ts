import style from "caveat:style/panel";
import { sheet } from "../look/sheet.ts";
import { type Language, speaker } from "../text.ts";
import { box } from "./box.ts";
import { here } from "./here.ts";
import { panel } from "./panel.ts";

declare global {
  /** Put in place by content/words.*.js, which runs before. */
  var caveatWords: Language;
}

const words = speaker(globalThis.caveatWords);
const made = sheet(style);

globalThis.caveatPanel = (room) => {
  room.root.adoptedStyleSheets[1] = made;
  return box(room, (view, close) => panel({ ...view, say: words, site: here }, close));
};

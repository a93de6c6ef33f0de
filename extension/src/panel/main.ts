import style from "caveat:style/panel";
import { sheet } from "../content/face.ts";
import { type Language, speaker } from "../text.ts";
import { panel } from "./panel.ts";

declare global {
  /** Put in place by content/words.*.js, which runs before. */
  var caveatWords: Language;
}

const words = speaker(globalThis.caveatWords);
const made = sheet(style);
globalThis.caveatPanel = (view, close) => ({ style: made, content: panel({ ...view, say: words }, close) });

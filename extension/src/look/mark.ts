import { s } from "./h.ts";

/** What the mark can say. Each has its own shape: colour only repeats it. */
export const states = ["blocked", "concern", "warning", "rated", "none", "unseen", "stale", "absent"] as const;
export type State = (typeof states)[number];

/** Colour token of a state; a rating takes the one of its grade. */
const TONES: Partial<Record<State, string>> = {
  blocked: "stop",
  concern: "caution",
  warning: "caution",
  rated: "ink",
  absent: "accent",
};
const GRADE_TONES: Record<string, string> = { A: "good", B: "good", D: "caution", E: "caution" };

export function tone(state: State, grade: string | null): string {
  return (state === "rated" && GRADE_TONES[grade ?? ""]) || TONES[state] || "unknown";
}

/** A path, its width and, where it is broken, its dashes. */
type Line = readonly [d: string, width: number, dashes?: string, offset?: number];

const CARET = "M10.5 20 16 12l5.5 8";
const RING = "M29.5 16a13.5 13.5 0 1 1-27 0 13.5 13.5 0 0 1 27 0";
/** The ring with its lower right quarter left free for a smaller sign. */
const OPEN_RING: Line = ["M16.8 29.4A13.5 13.5 0 1 1 29.4 16.8", 2];
const DASHED: Line = [RING, 1.75, "2.6 4.47"];

/** The same drawings as in the service's templates/marks.html. */
const SHAPES: Record<State, readonly Line[]> = {
  blocked: [["M10.4 2.5h11.2l7.9 7.9v11.2l-7.9 7.9H10.4l-7.9-7.9V10.4z", 3], ["M9 16h14", 4.5]],
  concern: [OPEN_RING, [CARET, 2.5], ["M21.7 18.5h4.6l3.2 3.2v4.6l-3.2 3.2h-4.6l-3.2-3.2v-4.6z", 2], ["M22 24h4", 2.2]],
  warning: [["M29 16a13 13 0 1 1-26 0 13 13 0 0 1 26 0", 4.5, "19.2 8.03", -4.2], [CARET, 3.5]],
  rated: [[RING, 2.5]],
  none: [DASHED, ["M11.5 16h9", 2.25]],
  unseen: [DASHED, ["M12.6 12.6a3.6 3.6 0 1 1 5.2 3.3c-1.2.6-1.8 1.3-1.8 2.6M16 22.3v.1", 2.25]],
  stale: [OPEN_RING, ["M30.5 24a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0", 2], ["M24 20.4V24l2.6 1.6", 2]],
  absent: [DASHED, ["M16 10.2v10.6M11.6 16.6l4.4 4.4 4.4-4.4", 2.25]],
};

/** The mark as decoration; its meaning stands beside it in words. */
export function mark(state: State, grade: string | null, size: number): SVGSVGElement {
  return s(
    "svg",
    { class: `mark ${tone(state, grade)}`, viewBox: "0 0 32 32", width: size, height: size, "aria-hidden": "true" },
    s("g", { class: "stroke" }, ...SHAPES[state].map(path), state === "rated" && s("text", { x: 16, y: 21.7 }, grade)),
  );
}

function path([d, width, dashes, offset]: Line): SVGPathElement {
  return s("path", { d, "stroke-width": width, "stroke-dasharray": dashes, "stroke-dashoffset": offset });
}

import { s } from "./h.ts";

/** What the mark can say. Each has its own shape: colour only repeats it. */
export const states = ["blocked", "concern", "warning", "rated", "none", "unseen", "stale", "absent"] as const;
export type State = (typeof states)[number];

/** Colour token of a state; a rating takes the one of its grade. */
const TONES: Record<State, string> = {
  blocked: "stop",
  concern: "caution",
  warning: "caution",
  rated: "ink",
  none: "unknown",
  unseen: "unknown",
  stale: "unknown",
  absent: "accent",
};
const GRADE_TONES: Record<string, string> = { A: "good", B: "good", D: "caution", E: "caution" };

export function tone(state: State, grade: string | null): string {
  return (state === "rated" && GRADE_TONES[grade ?? ""]) || TONES[state];
}

const CARET = "M10.5 20 16 12l5.5 8";
const OCTAGON = "M10.4 2.5h11.2l7.9 7.9v11.2l-7.9 7.9H10.4l-7.9-7.9V10.4z";
/** The ring with its lower right quarter left free for a smaller sign. */
const OPEN_RING = "M16.8 29.4A13.5 13.5 0 1 1 29.4 16.8";

/** The same drawings as in the service's templates/marks.html. */
const SHAPES: Record<State, (grade: string) => SVGElement[]> = {
  blocked: () => [line(OCTAGON, 3), line("M9 16h14", 4.5)],
  concern: () => [line(OPEN_RING, 2), line(CARET, 2.5), line("M21.7 18.5h4.6l3.2 3.2v4.6l-3.2 3.2h-4.6l-3.2-3.2v-4.6z", 2), line("M22 24h4", 2.2)],
  warning: () => [
    ring(13, { "stroke-width": 4.5, "stroke-dasharray": "19.2 8.03", "stroke-dashoffset": -4.2 }),
    line(CARET, 3.5),
  ],
  rated: (grade) => [ring(13.5, { "stroke-width": 2.5 }), s("text", { x: 16, y: 21.7 }, grade)],
  none: () => [dashed(), line("M11.5 16h9", 2.25)],
  unseen: () => [dashed(), line("M12.6 12.6a3.6 3.6 0 1 1 5.2 3.3c-1.2.6-1.8 1.3-1.8 2.6M16 22.3v.1", 2.25)],
  stale: () => [line(OPEN_RING, 2), s("circle", { cx: 24, cy: 24, r: 6.5, "stroke-width": 2 }), line("M24 20.4V24l2.6 1.6", 2)],
  absent: () => [dashed(), line("M16 10.2v10.6M11.6 16.6l4.4 4.4 4.4-4.4", 2.25)],
};

/** The mark as decoration; its meaning stands beside it in words. */
export function mark(state: State, grade: string | null, size: number): SVGSVGElement {
  return s(
    "svg",
    { class: `mark ${tone(state, grade)}`, viewBox: "0 0 32 32", width: size, height: size, "aria-hidden": "true" },
    s("g", { class: "stroke" }, ...SHAPES[state](grade ?? "")),
  );
}

function line(d: string, width: number): SVGPathElement {
  return s("path", { d, "stroke-width": width });
}

function ring(r: number, more: Record<string, string | number>): SVGCircleElement {
  return s("circle", { cx: 16, cy: 16, r, ...more });
}

function dashed(): SVGCircleElement {
  return ring(13.5, { "stroke-width": 1.75, "stroke-dasharray": "2.6 4.47" });
}

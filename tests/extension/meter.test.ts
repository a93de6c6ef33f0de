import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Answers } from "../../extension/src/drafts.ts";
import { type FieldFile, formOf } from "../../extension/src/pages/fields.ts";
import { meter } from "../../extension/src/pages/meter.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): unknown => JSON.parse(readFileSync(`${project}/${path}`, "utf8"));
const file = read("service/complaints/intake/fields.json") as FieldFile;

interface Vector {
  readonly name: string;
  readonly facts: Answers;
  readonly percent: number;
  readonly missing: string[][];
  readonly required: string[][];
}

const { cases } = read("tests/vectors/completeness.json") as { cases: Vector[] };

it.each(cases.map((each) => [each.name, each] as const))("measures %s as the service does", (_, { facts, percent, missing, required }) => {
  const measured = meter(file, facts);
  const lacking = measured.items.filter(({ met }) => !met);
  expect(measured.percent).toBe(percent);
  expect(lacking.map(({ what }) => what)).toEqual(missing);
  expect(lacking.filter(({ level }) => level === "required").map(({ what }) => what)).toEqual(required);
});

it("asks only what a category asks, and first of all which it is", () => {
  const ids = (category: string): string[] => formOf(file, category).fields.map(({ id }) => id);
  expect(ids("")).toEqual(["category"]);
  expect(ids("unsafe")).toContain("harm");
  expect(ids("not_delivered")).not.toContain("harm");
  const evidence = formOf(file, "unwanted_contact").fields.find(({ id }) => id === "evidence");
  expect(evidence?.options).toEqual(["message", "photo"]);
});

it("has words for every category, topic and reason why", () => {
  const english = read("service/messages/en.json") as Record<string, string>;
  const topics = [...new Set(file.fields.map(({ topic }) => topic))];
  const wanted = [
    ...file.categories.map(({ id }) => `complaint.option.category.${id}`),
    ...topics.flatMap((topic) => [`complaint.topic.${topic}`, `complaint.why.${topic}`]),
  ];
  expect(wanted.filter((key) => !(key in english))).toEqual([]);
});

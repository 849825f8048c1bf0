import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { ERRORS } from "./table.ts";

const docs = await readFile(new URL("../../../../docs/errors.md", import.meta.url), "utf8");

describe("docs/errors.md", () => {
  it("has a heading for each code, in the order of the table, and no other", () => {
    const headings = docs.split("\n").filter((line) => line.startsWith("## "));
    expect(headings.map((line) => line.slice(3))).toEqual(Object.keys(ERRORS));
  });

  it.each(Object.entries(ERRORS))(
    "begins %s with its title, exit status and what it means for traffic",
    (code, entry) => {
      const section = docs.split(`\n## ${code}\n`)[1]?.trimStart();
      expect(section).toMatch(new RegExp(`^${entry.title}\\. Exit status ${entry.exit}\\. `, "u"));
      expect(section?.split("\n")[0]).toContain(entry.traffic);
    },
  );

  it("gives each error the exit status that scripts rely on", () => {
    expect([...new Set(Object.values(ERRORS).map(({ exit }) => exit))].toSorted((a, b) => a - b)).toEqual([
      1, 2, 3, 5,
    ]);
  });
});

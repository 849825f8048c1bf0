import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { EXAMPLE } from "../packages/handover/src/config/example.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const readme = read("README.md");
const pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/decisions/README.md"];

test("README shows the example that the configuration reference shows", () => {
  expect(readme).toContain(`\`\`\`yaml\n${EXAMPLE}\`\`\``);
  expect(EXAMPLE.trimEnd().split("\n")).toHaveLength(10);
});

test.each(pages)("every script and every link of %s exists", (page) => {
  const text = read(page);
  const { scripts } = JSON.parse(read("package.json"));
  const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, script = ""]) => script);
  expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  const linked = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target = ""]) => target);
  const inside = linked.filter((target) => !target.startsWith("https:"));
  expect(inside.filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([]);
});

test("README has the exit statuses that the reference of errors has", () => {
  const rows = (text: string): readonly string[] =>
    [...text.matchAll(/^\| (\d[\d, ]*?) *\| (.*?) *\|$/gm)].map(([, status, when]) => `${status}: ${when}`);
  expect(rows(readme)).toHaveLength(7);
  expect(rows(readme)).toEqual(rows(read("docs/errors.md")));
});

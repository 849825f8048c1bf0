import { RULES } from "./contradictions.ts";
import { EXAMPLE } from "./example.ts";
import { jsonSchema, shapesOf, type SchemaNode } from "./json-schema.ts";

/** `docs/configuration.md`, made from the schema. Formatted as the repository's formatter leaves it. */
export function configurationReference(): string {
  const root: SchemaNode = jsonSchema();
  const settings = Object.keys(root.properties ?? {}).filter((key) => !TOP_ONLY.has(key));
  const environment = child(child(root, "environments"), "*");
  return [
    "# Configuration",
    "One file, `handover.yaml`, beside the service or above it. `handover config` prints it with every default. This page and the JSON Schema are made from `packages/handover/src/config/schema.ts` (`npx vitest run packages/handover/src/config -u`); editors that know JSON Schema complete and check the file with this first line:",
    "```yaml\n# yaml-language-server: $schema=PATH/TO/packages/handover/schema/handover.schema.json\n```",
    "A service of one's own, in ten lines:",
    `\`\`\`yaml\n${EXAMPLE}\`\`\``,
    "Durations are a number with its unit: `500ms`, `2s`, `1m`, `1h`, at most a day.",
    "## The file",
    tableOf(root),
    ...settings.flatMap((key) => sectionOf(key, child(root, key))),
    "## environments.NAME",
    environment.description ?? "",
    tableOf(environment, new Set(settings)),
    `${settings.map((key) => `\`${key}\``).join(", ")} can stand here as well, for this environment only. The maps \`health\`, \`rollout\`, \`environment\` and \`secrets\` are merged key by key with those at the top of the file; every other value, and \`probe\` as a whole, takes the place of the one at the top. What an environment inherits it cannot take out, only replace.`,
    "### processes",
    child(environment, "processes").description ?? "",
    tableOf(child(environment, "processes")),
    'A command is run without a shell: `|`, `>`, `<`, `;`, `&`, `$`, `*` and the like are refused outside quotes. Where a shell is wanted it is named: `command: [sh, -c, "exec node server.js"]`; `exec` lets signals reach the program.',
    "## What is refused",
    "These hold between the settings of an environment. What breaks one could not keep the promises of a deploy, and is refused before anything is touched, with its place in the file:",
    RULES.map(({ says }) => `- ${says}`).join("\n"),
    "A file is UTF-8 text of at most 1 MB with one YAML document. A key that stands twice, an unknown key and a value that does not fit are errors; all of them are told at once.",
    "",
  ]
    .join("\n\n")
    .replace(/\n+$/u, "\n");
}

const TOP_ONLY = new Set(["service", "port", "environments"]);

/** A section for what has keys of its own; a single value says everything in the table of the file. */
function sectionOf(key: string, node: SchemaNode): readonly string[] {
  const keys = shapesOf(node).find(
    (shape) => shape.properties !== undefined && Object.keys(shape.properties).length > 1,
  );
  return keys === undefined ? [] : [`## ${key}`, node.description ?? "", tableOf(keys)];
}

function tableOf(node: SchemaNode, without: ReadonlySet<string> = new Set()): string {
  const rows = Object.entries(node.properties ?? {})
    .filter(([key]) => !without.has(key))
    .map(([key, value]) => {
      const required = node.required?.includes(key) === true;
      return [
        `\`${key}\``,
        valuesOf(value),
        required ? "required" : presetOf(value),
        value.description ?? "",
      ];
    });
  return markdownTable([["key", "value", "default", "what it says"], ...rows]);
}

function valuesOf(node: SchemaNode): string {
  const words = shapesOf(node).flatMap((shape): readonly string[] => {
    if (shape.enum !== undefined) return shape.enum.map((value) => `\`${String(value)}\``);
    if (shape.pattern?.includes("ms|s|m|h") === true) return ["duration"];
    return [shape.type ?? []].flat().map((type) => TYPES[type] ?? type);
  });
  return [...new Set(words)].join(", ");
}

const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  integer: "whole number",
  object: "map",
  array: "list",
};

function presetOf(node: SchemaNode): string {
  if (node.default === undefined) return "";
  return `\`${typeof node.default === "string" ? node.default : JSON.stringify(node.default)}\``;
}

function child(node: SchemaNode, key: string): SchemaNode {
  const own = node.properties?.[key];
  if (own !== undefined) return own;
  return typeof node.additionalProperties === "object" ? node.additionalProperties : {};
}

/** Columns are padded, as the formatter does it. */
function markdownTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head, ...body] = cells;
  return [line(head ?? []), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

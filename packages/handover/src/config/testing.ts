import { parseConfiguration } from "./parse.ts";
import type { Configuration, Environment } from "./configuration.ts";

/** A valid file with room for more: lines before `environments`, and lines inside its only environment. */
export function file(
  top = "",
  inLocal = "",
  processes = "{ command: node server.js, instances: 3 }",
): string {
  return `service: api\n${top}${top === "" ? "" : "\n"}environments:\n  local:\n    processes: ${processes}\n${inLocal
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => `    ${line}\n`)
    .join("")}`;
}

/** What is wrong with a text: `line:column message`. */
export function mistakes(text: string): readonly string[] {
  const parsed = parseConfiguration({ file: "handover.yaml", text });
  if (parsed.kind === "valid") return [];
  return parsed.diagnostics.map(({ place, message }) => `${place.line}:${place.column} ${message}`);
}

export function valid(text: string): Configuration {
  const parsed = parseConfiguration({ file: "handover.yaml", text });
  if (parsed.kind === "invalid") throw new Error(mistakes(text).join("\n"));
  return parsed.configuration;
}

/** The first environment of a valid text. */
export function environmentOf(text: string): Environment {
  const [environment] = valid(text).environments;
  if (environment === undefined) throw new Error("a valid configuration has an environment");
  return environment;
}

import type { Diagnostic } from "./diagnostic.ts";
import type { Issue } from "./issues.ts";
import { schemaAt } from "./json-schema.ts";
import { notYet } from "./not-yet.ts";
import { suggest } from "./suggest.ts";
import { shown } from "./value.ts";
import type { Path, YamlDocument } from "./yaml-document.ts";

/** One issue as a user is told it, at its place. */
export function diagnosticOf(issue: Issue, document: YamlDocument): Diagnostic {
  const { path } = issue;
  const name = dotted(path);
  // Who writes a value where only a name belongs is not to find it in the log as well.
  const ofSecrets = path.some((segment, index) => segment === "secrets" && index % 2 === 0);
  const atValue = (message: string, next: string | null): Diagnostic => ({
    code: "CONFIG_INVALID",
    place: nearest(path, (path) => document.placeOf(path), document),
    message,
    next,
    ...(ofSecrets ? { lineIsPrivate: true } : {}),
  });
  const atKey = (message: string, next: string | null): Diagnostic => ({
    ...atValue(message, next),
    place: nearest(path, (path) => document.placeOfKey(path), document),
  });
  switch (issue.kind) {
    case "unknown-key":
      return atKey(...unknownKey(path));
    case "missing":
      return atKey(`\`${name}\` is missing`, `Add it. ${describe(path)}`);
    case "not-one-of": {
      const meant = typeof issue.input === "string" ? suggest(issue.input, issue.values) : null;
      const choices = issue.values.map((value) => `\`${value}\``).join(", ");
      return atValue(
        `\`${name}\` is ${shown(issue.input)}${meant === null ? "" : `; \`${meant}\` was probably meant`}`,
        meant === null ? `Write one of ${choices}.` : `Write \`${meant}\`.`,
      );
    }
    case "wrong-shape":
      if (ofSecrets && issue.input !== null && typeof issue.input !== "object") {
        return atValue(`\`${name}\` holds a value; secrets are only named here`, describe(path));
      }
      return atValue(`\`${name}\` is ${shown(issue.input)}, not ${issue.expected}`, describe(path));
    case "unfit":
      return atValue(`\`${name}\` ${issue.message}`, issue.next);
    case "unfit-key":
      return atKey(
        `${within(path)}${issue.message.startsWith("is ") ? "the name " : ""}${issue.message}`,
        issue.next,
      );
  }
}

/** The key that was meant by an unknown one; null where no known key is near. */
export function keyMeant(path: Path): string | null {
  return suggest(String(path.at(-1)), keysAt(path.slice(0, -1)));
}

function unknownKey(path: Path): readonly [message: string, next: string] {
  const key = String(path.at(-1));
  const instead = notYet(path);
  if (instead !== null) return [`\`${key}\` is not in this version yet: ${instead}`, `Take \`${key}\` out.`];
  const meant = keyMeant(path);
  if (meant !== null)
    return [`\`${key}\` is not known here; \`${meant}\` was probably meant`, `Write \`${meant}\`.`];
  const home = homeOf(key);
  if (home !== null)
    return [`\`${key}\` does not belong here, but under \`${home}\``, `Move it to \`${home}\`.`];
  const known = keysAt(path.slice(0, -1)).map((name) => `\`${name}\``);
  return [`\`${key}\` is not known here`, `Take it out. Known here: ${known.join(", ")}.`];
}

function keysAt(path: Path): readonly string[] {
  return schemaAt(path).flatMap((node) => Object.keys(node.properties ?? {}));
}

/** Where a key that stands at a wrong place belongs. */
function homeOf(key: string): string | null {
  const homes: readonly (readonly string[])[] = [
    [],
    ["health"],
    ["rollout"],
    ["probe"],
    ["environments", "NAME"],
    ["environments", "NAME", "processes"],
  ];
  const home = homes.find((path) => keysAt(path).includes(key));
  if (home === undefined) return null;
  return home.length === 0 ? "the top of the file" : home.join(".");
}

function describe(path: Path): string {
  return (
    schemaAt(path).find((node) => node.description !== undefined)?.description ?? "See docs/configuration.md."
  );
}

/** The place of what stands at the path, else of the nearest thing around it, else the start of the file. */
function nearest(
  path: Path,
  place: (path: Path) => Diagnostic["place"] | null,
  document: YamlDocument,
): Diagnostic["place"] {
  const own = place(path);
  if (own !== null) return own;
  for (let length = path.length - 1; length > 0; length -= 1) {
    const around = document.placeOfKey(path.slice(0, length));
    if (around !== null) return around;
  }
  return document.placeAt(0);
}

function within(path: Path): string {
  return path.length > 1 ? `in \`${dotted(path.slice(0, -1))}\`, ` : "";
}

function dotted(path: Path): string {
  if (path.length === 0) return "the file";
  return path
    .map((segment) => (typeof segment === "number" ? `[${segment}]` : segment))
    .join(".")
    .replaceAll(".[", "[");
}

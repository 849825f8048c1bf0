import type { Configuration, Environment } from "./configuration.ts";
import { RULES } from "./contradictions.ts";
import { inOrder, type Diagnostic } from "./diagnostic.ts";
import { diagnosticOf } from "./issue-diagnostic.ts";
import { issuesOf } from "./issues.ts";
import { plainValue } from "./plain-value.ts";
import { repair, withoutEchoes } from "./repair.ts";
import { resolve } from "./resolve.ts";
import { fileSchema } from "./schema.ts";
import { unreadableText, type ConfigurationSource } from "./unreadable.ts";
import { YamlDocument, type Path } from "./yaml-document.ts";
import { yamlMistakes } from "./yaml-mistakes.ts";

export type ParsedConfiguration =
  | { readonly kind: "valid"; readonly configuration: Configuration }
  | { readonly kind: "invalid"; readonly diagnostics: readonly [Diagnostic, ...Diagnostic[]] };

/** A mistake can hide another one inside it; more than this deep nobody nests them. */
const MOST_ROUNDS = 5;

/** A file with more is not a configuration; what it is shows in the first ones. */
const MOST_ISSUES = 100;

/** The text of `handover.yaml` as a configuration with every default, or everything that is wrong with it. Never throws. */
export function parseConfiguration(source: ConfigurationSource): ParsedConfiguration {
  const text = source.text.startsWith("\uFEFF") ? source.text.slice(1) : source.text;
  const unreadable = unreadableText({ file: source.file, text });
  if (unreadable !== null) return invalid([unreadable]);
  const document = new YamlDocument(source.file, text);
  const mistakes = yamlMistakes(document);
  if (mistakes.length > 0) return invalid(mistakes);
  return judge(document);
}

function judge(document: YamlDocument): ParsedConfiguration {
  const found: Diagnostic[] = [];
  const unjudged: Path[] = [];
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const plain = plainValue(document);
    if (plain.kind === "mistake") return invalid([plain.diagnostic]);
    const parsed = fileSchema.safeParse(plain.value, { reportInput: true });
    if (parsed.success) {
      const configuration = resolve(parsed.data, (paths) => firstPlace(document, paths));
      found.push(...configuration.environments.flatMap((one) => contradictions(one, document, unjudged)));
      return found.length === 0 ? { kind: "valid", configuration } : invalid(found);
    }
    const all = issuesOf(parsed.error.issues).slice(0, MOST_ISSUES);
    found.push(...withoutEchoes(all, unjudged).map((issue) => diagnosticOf(issue, document)));
    const repaired = repair(document, all);
    unjudged.push(...repaired.unjudged);
    if (!repaired.changed || all.length === MOST_ISSUES) break;
  }
  return invalid(found);
}

function contradictions(
  environment: Environment,
  document: YamlDocument,
  unjudged: readonly Path[],
): readonly Diagnostic[] {
  const found = RULES.flatMap((rule) => rule.broken(environment));
  return found.flatMap(({ keys, message, next }): readonly Diagnostic[] => {
    const own = keys.map((key): Path => ["environments", environment.name, ...key]);
    // An override is what made it contradictory; `processes` is in every environment and says nothing.
    const overrides = own.filter((path) => path[2] !== "processes");
    const paths: readonly Path[] = [...overrides, ...keys, ...own];
    if (paths.some((path) => unjudged.some((taken) => isWithin(path, taken)))) return [];
    return [{ code: "CONFIG_CONTRADICTION", place: firstPlace(document, paths), message, next }];
  });
}

function isWithin(path: Path, around: Path): boolean {
  return around.every((segment, index) => segment === path[index]);
}

function firstPlace(document: YamlDocument, paths: readonly Path[]): Diagnostic["place"] {
  for (const path of paths) {
    const place = document.placeOf(path);
    if (place !== null) return place;
  }
  return document.placeAt(0);
}

function invalid(diagnostics: readonly Diagnostic[]): ParsedConfiguration {
  const [first, ...rest] = inOrder(diagnostics);
  if (first === undefined) throw new RangeError("a configuration that is refused has a reason");
  return { kind: "invalid", diagnostics: [first, ...rest] };
}

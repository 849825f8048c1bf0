import { isMap, isScalar } from "yaml";
import type { Diagnostic } from "./diagnostic.ts";
import type { YamlDocument } from "./yaml-document.ts";

export type PlainValue =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "mistake"; readonly diagnostic: Diagnostic };

/** The document as plain values, a map. Values under `environment` stay as they were written: `1.10`, `007`. */
export function plainValue(document: YamlDocument): PlainValue {
  const { contents } = document.parsed;
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    const next = "Begin with the example in docs/configuration.md.";
    return mistake(document, "CONFIG_INVALID", "the file has no settings", next);
  }
  if (!isMap(contents)) {
    const message = "the file is not a map of keys and values";
    return mistake(document, "CONFIG_INVALID", message, "Begin with `service: NAME`.");
  }
  keepTextOfVariables(contents);
  try {
    return { kind: "value", value: document.parsed.toJS({ maxAliasCount: 100 }) };
  } catch {
    const message = "aliases (`*name`) repeat too much, or stand before their anchor (`&name`)";
    return mistake(document, "CONFIG_SYNTAX", message, "Write the values out.");
  }
}

function keepTextOfVariables(root: unknown): void {
  const environments = isMap(root) ? root.get("environments") : null;
  const each = isMap(environments) ? environments.items.map((pair) => pair.value) : [];
  for (const settings of [root, ...each]) {
    const variables = isMap(settings) ? settings.get("environment") : null;
    for (const { value } of isMap(variables) ? variables.items : []) {
      if (isScalar(value) && value.source !== undefined && value.value !== null) value.value = value.source;
    }
  }
}

function mistake(
  document: YamlDocument,
  code: Diagnostic["code"],
  message: string,
  next: string,
): PlainValue {
  return { kind: "mistake", diagnostic: { code, place: document.placeAt(0), message, next } };
}

import { fits, shown, unfit, type Read } from "./value.ts";

export const LABEL_PATTERN = "^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$";
export const VARIABLE_PATTERN = "^[A-Za-z_][A-Za-z0-9_]*$";

/** The name of a service or environment: it becomes part of instances, directories and, later, DNS names. */
export function readLabel(value: unknown): Read<string> {
  if (typeof value === "string" && new RegExp(LABEL_PATTERN, "u").test(value)) return fits(value);
  if (value === undefined || value === null || value === "")
    return unfit("is empty", "Write a name such as `api`.");
  if (typeof value === "string" && value.length > 40) {
    return unfit(`is ${value.length} characters long`, "Write a name of at most 40 characters.");
  }
  return unfit(
    `is ${shown(value)}, not a name`,
    "Write lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen.",
  );
}

/** The name of an environment variable. */
export function readVariable(value: unknown): Read<string> {
  if (typeof value === "string" && new RegExp(VARIABLE_PATTERN, "u").test(value)) return fits(value);
  return unfit(
    `${shown(value)} cannot be the name of an environment variable`,
    "Write letters, digits and underscores, not beginning with a digit.",
  );
}

/** The name of a secret, or of the variable that has its value. What does not fit is not shown: it may be the value. */
export function readSecretName(value: unknown): Read<string> {
  const read = readVariable(value);
  if (read.kind === "fits") return read;
  return unfit("is not a name; secrets are only named here", "Write the name of an environment variable.");
}

/** The value of an environment variable: text; numbers and booleans are taken as they were written. */
export function readVariableValue(value: unknown): Read<string> {
  if (typeof value === "number" || typeof value === "boolean") return fits(String(value));
  if (value === null || value === undefined) return unfit("has no value", 'Write `""` for an empty one.');
  if (typeof value !== "string")
    return unfit(`is ${shown(value)}, not one value`, "Write text, a number or a boolean.");
  if (value.includes("\0")) return unfit("has a NUL character", "Take it out: no environment can hold it.");
  return fits(value);
}

/** A whole number within bounds, both included. */
export function readWhole(least: number, most: number): (value: unknown) => Read<number> {
  return (value) => {
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most)
      return fits(value);
    return unfit(`is ${shown(value)}`, `Write a whole number from ${least} to ${most}.`);
  };
}

/** A directory, relative to the configuration file, or absolute. */
export function readDirectory(value: unknown): Read<string> {
  if (typeof value !== "string" || value === "" || value.includes("\0")) {
    return unfit(`is ${shown(value)}, not a directory`, "Write a path, relative to this file, such as `.`.");
  }
  if (value.startsWith("~")) {
    return unfit(
      `is ${shown(value)}: \`~\` is a shell's word`,
      "Write the path in full, or relative to this file.",
    );
  }
  return fits(value);
}

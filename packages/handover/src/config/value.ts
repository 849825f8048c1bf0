/** One value of the file, understood or not. `next` is what to write instead. */
export type Read<T> =
  | { readonly kind: "fits"; readonly value: T }
  | { readonly kind: "unfit"; readonly message: string; readonly next: string | null };

export function fits<T>(value: T): Read<T> {
  return { kind: "fits", value };
}

export function unfit(message: string, next: string | null = null): Read<never> {
  return { kind: "unfit", message, next };
}

/** A value of the file in the words of a message: `a list`, `nothing`, or the text itself, cut at 60 characters. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  const text = (typeof value === "string" ? value : JSON.stringify(value)).replaceAll(/\s+/gu, " ");
  return `\`${text.length > 60 ? `${text.slice(0, 59)}…` : text}\``;
}

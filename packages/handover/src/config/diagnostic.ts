import type { Place } from "../errors/handover-error.ts";
import type { ErrorCode } from "../errors/table.ts";

/** One thing that is wrong with the configuration, where, and what to do about it. */
export interface Diagnostic {
  readonly code: Extract<ErrorCode, `CONFIG_${string}`>;
  readonly place: Place;
  readonly message: string;
  readonly next: string | null;
  /** The line may hold a secret's value: it is not shown. */
  readonly lineIsPrivate?: boolean;
}

/** In the order of the file, each once. */
export function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics
    .filter(({ place, message }) => {
      const key = `${place.line}:${place.column}:${message}`;
      return !seen.has(key) && seen.add(key);
    })
    .toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
}

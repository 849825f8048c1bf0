import { describeProblem, errorLine, type ErrorLine } from "../errors/problem.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** More than this many on a terminal hide the first, which is the one to begin with. */
const MOST_SHOWN = 20;

/** Diagnostics as text, each with the line that it is about. */
export function describeDiagnostics(diagnostics: readonly Diagnostic[], text: string | null): string {
  const shown = diagnostics.slice(0, MOST_SHOWN).map((diagnostic) => describeProblem(diagnostic, text));
  const hidden = diagnostics.length - shown.length;
  if (hidden > 0) shown.push(`... and ${hidden} more.`);
  return shown.join("\n\n");
}

/** Diagnostics for `--json`: one object a line. */
export function diagnosticLines(diagnostics: readonly Diagnostic[]): readonly ErrorLine[] {
  return diagnostics.map((diagnostic) => errorLine(diagnostic));
}

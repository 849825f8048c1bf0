import type { Place } from "./handover-error.ts";
import { ERRORS, type ErrorCode } from "./table.ts";

/** What a user is told, however it was found: a thrown HandoverError and a diagnostic of the configuration both are one. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly place: Place | null;
  readonly next: string | null;
  /** The line may hold a secret's value: it is not shown. */
  readonly lineIsPrivate?: boolean;
}

/** The line of `--json`. */
export interface ErrorLine {
  readonly kind: "error";
  readonly code: ErrorCode;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
  readonly next: string | null;
}

export function errorLine(problem: Problem): ErrorLine {
  const { code, message, place, next } = problem;
  return {
    kind: "error",
    code,
    file: place?.file ?? null,
    line: place?.line ?? null,
    column: place?.column ?? null,
    message,
    next,
  };
}

/**
 * One problem as text: where and what, the line of the file, what it means for traffic, and what to do next.
 * `text` is the file in which its place is, if it is at hand.
 */
export function describeProblem(problem: Problem, text: string | null = null): string {
  const { code, message, place, next } = problem;
  const where = place === null ? "" : `${place.file}:${place.line}:${place.column}: `;
  const { traffic } = ERRORS[code];
  return [
    `${where}${message}`,
    ...(place === null || text === null || problem.lineIsPrivate === true ? [] : codeFrame(text, place)),
    `  ${code}. ${traffic}${next === null ? "" : ` ${next}`}`,
  ].join("\n");
}

/** Longer lines are cut around the column: a whole file may be one line. */
const FRAME_WIDTH = 100;

/** The line of a place and a caret under its column. */
export function codeFrame(text: string, place: Pick<Place, "line" | "column">): readonly string[] {
  const written = text.split("\n", place.line).at(place.line - 1);
  const line = written?.replace(/^\uFEFF/u, "").trimEnd();
  if (line === undefined || line === "") return [];
  const from = Math.max(0, place.column - FRAME_WIDTH / 2);
  // Tabs and characters that move the cursor become one blank each, so that the caret stands under what is meant.
  const part = line.slice(from, from + FRAME_WIDTH).replaceAll(/[\p{Cc}]/gu, " ");
  const gutter = `  ${place.line} | `;
  return [`${gutter}${part}`, `${" ".repeat(gutter.length - 2)}| ${" ".repeat(place.column - 1 - from)}^`];
}

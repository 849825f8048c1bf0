import type { ErrorCode } from "./table.ts";

/** A place in a file: lines and columns start at 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What a user is told: what happened, where, what it means for traffic, and what to do next. */
export class HandoverError extends Error {
  override readonly name = "HandoverError";
  readonly code: ErrorCode;
  readonly place: Place | null;
  /** What to do next, in the imperative. */
  readonly next: string | null;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly place?: Place; readonly next?: string; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.place = options.place ?? null;
    this.next = options.next ?? null;
  }
}

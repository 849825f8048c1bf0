import * as z from "zod";
import type { Read } from "./value.ts";

/** What editors and the reference are told about one value. `preset` is its default, as it is written in the file. */
export interface LeafMeta {
  readonly description: string;
  readonly type: string | readonly string[];
  readonly preset?: unknown;
  readonly [keyword: string]: unknown;
}

/** A value of the file that `read` understands; what does not fit is an issue with advice. */
export function leaf<T>(read: (value: unknown) => Read<T>, meta: LeafMeta): z.ZodType<T> {
  return z
    .unknown()
    .transform((value, context): T => {
      const result = read(value);
      if (result.kind === "fits") return result.value;
      context.issues.push({
        code: "custom",
        message: result.message,
        params: { next: result.next, missing: value === undefined },
        input: value,
      });
      return z.NEVER;
    })
    .meta(meta);
}

/** A key of a map whose names are the user's. */
export function nameKey(read: (value: unknown) => Read<string>, pattern: string): z.ZodString {
  return z
    .string()
    .superRefine((name, context) => {
      const result = read(name);
      if (result.kind === "unfit") {
        context.addIssue({ code: "custom", message: result.message, params: { next: result.next } });
      }
    })
    .meta({ pattern });
}

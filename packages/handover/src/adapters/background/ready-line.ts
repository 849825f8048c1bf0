import { z } from "zod";

/** The one line that a background process writes to its standard output, once it serves or knows that it will not. */
export type ReadyLine =
  | { readonly kind: "ready"; readonly pid: number }
  | {
      readonly kind: "failed";
      /** `taken`: another supervisor serves this directory already, which is fine for whoever wanted one. */
      readonly code: string;
      readonly message: string;
    };

const schema: z.ZodType<ReadyLine> = z.discriminatedUnion("kind", [
  z.looseObject({ kind: z.literal("ready"), pid: z.int() }),
  z.looseObject({ kind: z.literal("failed"), code: z.string(), message: z.string() }),
]);

export function readyLineText(line: ReadyLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** The line as it was meant, or null when it is something else. */
export function parseReadyLine(text: string): ReadyLine | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

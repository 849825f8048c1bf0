import { z } from "zod";

/** The one line that a background process writes to its standard output, once it serves or knows that it will not. */
export type ReadyLine =
  | { readonly kind: "ready"; readonly pid: number; readonly generation: string; readonly socket: string }
  | {
      readonly kind: "failed";
      /** `taken`: another one serves this directory already, which is fine for whoever wanted one. */
      readonly code: "taken" | "broken";
      readonly message: string;
    };

const schema: z.ZodType<ReadyLine> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ready"), pid: z.int(), generation: z.string(), socket: z.string() }),
  z.object({ kind: z.literal("failed"), code: z.enum(["taken", "broken"]), message: z.string() }),
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

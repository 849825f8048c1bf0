import type { Paint } from "../../proof/paint.ts";
import type { ErrorTold } from "./cli-event.ts";

/** `handover.yaml:3:5: message (CODE)`, and what to do next on a line of its own. */
export function errorText({ code, message, place, next }: ErrorTold, paint: Paint): string {
  const where = place === null ? "" : `${place.file}:${place.line}:${place.column}: `;
  const lines = [`${paint("strong", where)}${paint("bad", message)} ${paint("faint", `(${code})`)}`];
  if (next !== null) lines.push(next);
  return `${lines.join("\n")}\n`;
}

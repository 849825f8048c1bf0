import type { IncomingMessage } from "node:http";
import { Refused } from "./control-answer.ts";

/** Bodies of the control listener: a few fields of JSON, and nothing is believed before it is parsed. */

const mostBytes = 64 * 1024;

/** @throws {Refused} 413 over 64 KiB, 400 for what is not a JSON object. */
export async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // A body that is too long is read to its end, though not kept: closing earlier could lose the answer to a reset.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= mostBytes) chunks.push(chunk);
  }
  if (bytes > mostBytes) throw new Refused(413, "body-too-large", "A body may have at most 64 KiB.");
  return parseObject(Buffer.concat(chunks).toString("utf8"));
}

/** @throws {Refused} unless it is a name of 1 to 200 characters. */
export function parseBy(body: Readonly<Record<string, unknown>>): string {
  const by = body["by"];
  if (typeof by === "string" && by.length >= 1 && by.length <= 200) return by;
  throw new Refused(
    400,
    "bad-by",
    '"by" must name who drains, in 1 to 200 characters, for example "operator".',
  );
}

/** In milliseconds. @throws {Refused} unless it is a positive number or null, which means: until it is undone. */
export function parseLease(body: Readonly<Record<string, unknown>>): number | null {
  const leaseMs = body["leaseMs"];
  if (leaseMs === null) return null;
  if (typeof leaseMs === "number" && Number.isFinite(leaseMs) && leaseMs > 0) return leaseMs;
  throw new Refused(400, "bad-lease", '"leaseMs" must be a positive number of milliseconds, or null.');
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refused(400, "bad-json", "The body must be JSON.");
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new Refused(400, "bad-json", "The body must be a JSON object.");
}

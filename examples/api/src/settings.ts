import { hostname } from "node:os";
import { type Fault, parseFault } from "./fault.ts";

/** What the environment says, parsed once at the start. */
export interface Settings {
  /** Loopback unless told otherwise; the image sets 0.0.0.0. */
  readonly host: string;
  readonly port: number;
  readonly id: string;
  readonly release: string;
  readonly greeting: string;
  readonly fault: Fault;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** An empty variable counts as none. @throws {TypeError} if PORT or FAULT cannot be understood. */
export function settingsFrom(environment: Environment): Settings {
  const read = (name: string, otherwise: string): string => environment[name] || otherwise;
  return {
    host: read("HOST", "127.0.0.1"),
    port: parsePort(read("PORT", "3000")),
    id: read("HANDOVER_INSTANCE", hostname()),
    release: read("HANDOVER_RELEASE", "dev"),
    greeting: read("GREETING", "happy response"),
    fault: parseFault(read("FAULT", "none")),
  };
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new TypeError(`PORT must be a number from 0 to 65535, but is "${text}".`);
}

import type { Listen } from "./configuration.ts";
import { fits, shown, unfit, type Read } from "./value.ts";

const ADVICE = "Write host and port, such as `127.0.0.1:8080` or `[::1]:8080`.";

/** `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`. */
export function readListen(value: unknown): Read<Listen> {
  if (typeof value === "number") {
    return unfit(`is \`${value}\`, a port without a host`, `Write \`127.0.0.1:${value}\`.`);
  }
  const match =
    typeof value === "string"
      ? /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/u.exec(value.trim())
      : null;
  const host = match?.[1] ?? match?.[2];
  if (match === null || host === undefined) return unfit(`is ${shown(value)}, not an address`, ADVICE);
  const port = Number(match[3]);
  if (port < 1 || port > 65_535) return unfit(`has the port ${port}`, "Write a port from 1 to 65535.");
  return fits({ host, port });
}

/** As a URL wants it: an IPv6 address in brackets. */
export function formatListen(listen: Listen): string {
  return `${listen.host.includes(":") ? `[${listen.host}]` : listen.host}:${listen.port}`;
}

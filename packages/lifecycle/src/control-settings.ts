/** What Handover tells a service through its environment, parsed once at the start. */

/** Environment variables as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface ControlAddress {
  readonly host: string;
  readonly port: number;
}

export type ControlSettings =
  | { readonly kind: "none" }
  | { readonly kind: "listen"; readonly address: ControlAddress; readonly token: string };

/**
 * Reads `HANDOVER_CONTROL` (`host:port`, IPv6 in brackets, port 0: any free one) and `HANDOVER_TOKEN`.
 * @throws {TypeError} if only one of the two is set, or the address is none: a deploy then sees why at the start.
 */
export function controlSettings(environment: Environment): ControlSettings {
  const control = environment["HANDOVER_CONTROL"] ?? "";
  const token = environment["HANDOVER_TOKEN"] ?? "";
  if (control === "" && token === "") return { kind: "none" };
  if (control === "")
    throw new TypeError("HANDOVER_TOKEN is set, but HANDOVER_CONTROL is not. Set both, or none.");
  if (token === "") {
    throw new TypeError(
      "HANDOVER_CONTROL is set, but HANDOVER_TOKEN is not: the control listener would obey everyone. Set both, or none.",
    );
  }
  return { kind: "listen", address: parseAddress(control), token };
}

/** The release that Handover started, or null where something else did. */
export function releaseName(environment: Environment): string | null {
  const release = environment["HANDOVER_RELEASE"] ?? "";
  return release === "" ? null : release;
}

function parseAddress(text: string): ControlAddress {
  const match = /^(?:\[(?<bracketed>[^\]]+)\]|(?<plain>[^:[\]]+)):(?<port>\d{1,5})$/.exec(text);
  const host = match?.groups?.["bracketed"] ?? match?.groups?.["plain"];
  const port = Number(match?.groups?.["port"]);
  if (host === undefined || port > 65_535) {
    throw new TypeError(`HANDOVER_CONTROL must be host:port, for example 127.0.0.1:4100, but is "${text}".`);
  }
  return { host, port };
}

import { lookup } from "node:dns/promises";
import { isIP } from "node:net";

/**
 * Every address that the host name of a URL resolves to, each of which the probe asks. `localhost` stays a name: it
 * stands for whichever loopback address listens. Rejects when the name does not resolve.
 */
export async function addressesOf(url: string): Promise<readonly string[]> {
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(host) !== 0 || host === "localhost") return [host];
  const found = await lookup(host, { all: true });
  return [...new Set(found.map((entry) => entry.address))];
}

import type { Path } from "./yaml-document.ts";

/** Keys that Handover will know: they get a clear answer instead of a guess at a typo. `*` stands for any name. */
const NOT_YET: Readonly<Record<string, string>> = {
  image: "services run as `processes`, from a directory",
  "environments.*.hosts": "services run as `processes` on this machine",
  "environments.*.digitalocean": "services run as `processes` on this machine",
  "environments.*.loadBalancer": "the embedded load balancer listens where `listen` says",
  "environments.*.image": "services run as `processes`, from a directory",
  "drain.http": "drains are `auto`, `contract` or `{ loadBalancer: true }`",
  "drain.signal": "drains are `auto`, `contract` or `{ loadBalancer: true }`",
  "drain.exec": "drains are `auto`, `contract` or `{ loadBalancer: true }`",
  "drain.undo": "drains are `auto`, `contract` or `{ loadBalancer: true }`",
  "secrets.*.command": "secrets come from the environment: `{ env: NAME }`",
  "probe.via": "the probe asks directly",
};

/** What this version has instead of a key that a later one will have; null for every other key. */
export function notYet(path: Path): string | null {
  const names = path.filter((segment) => typeof segment === "string");
  const settings = names[0] === "environments" && names.length > 3 ? names.slice(2) : names;
  return NOT_YET[pattern(names)] ?? NOT_YET[pattern(settings)] ?? null;
}

function pattern(names: readonly string[]): string {
  const named = names[0] === "environments" || (names[0] === "secrets" && names.length > 2);
  return names.map((name, index) => (named && index === 1 ? "*" : name)).join(".");
}

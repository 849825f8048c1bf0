import { readdirSync, readFileSync } from "node:fs";
import { inheritedEnvironment } from "../../background/inherited-environment.ts";
import type { ReleaseName } from "../../../fleet/ids.ts";
import type { SlotKey } from "../../../fleet/instance.ts";
import { partsOf } from "../../../fleet/instance.ts";

export type Environment = Readonly<Record<string, string>>;

/** How the control listener of one run is reached. */
export interface Control {
  readonly address: string;
  readonly token: string;
}

/** The whole environment of one run: inherited, then configured, then what Handover sets. */
export function environmentFor(
  configured: Environment,
  place: {
    readonly slot: SlotKey;
    readonly port: number;
    readonly release: ReleaseName;
    readonly control: Control;
  },
): Environment {
  return {
    ...inheritedEnvironment(process.env),
    ...configured,
    PORT: String(place.port),
    HANDOVER_CONTROL: place.control.address,
    HANDOVER_TOKEN: place.control.token,
    HANDOVER_RELEASE: place.release,
    HANDOVER_INSTANCE: partsOf(place.slot).instance,
  };
}

/** What only one run has: set anew for the next. */
const OF_ONE_RUN: ReadonlySet<string> = new Set(["HANDOVER_CONTROL", "HANDOVER_TOKEN"]);

/** The environment of a run without what tells it from every other. */
export function configuredPart(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !OF_ONE_RUN.has(name)));
}

/**
 * The environment that a running process was started with, from the memory of the system: secrets are never written to a
 * file of ours, so this is where the next supervisor finds them. Null where the system does not tell.
 */
export function environmentOf(pid: number): Environment | null {
  try {
    const pairs = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").filter(Boolean);
    return Object.fromEntries(
      pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
    );
  } catch {
    return null;
  }
}

/** The control listener of a process that was started by {@link environmentFor}. */
export function controlIn(environment: Environment | null): Control | null {
  const address = environment?.["HANDOVER_CONTROL"];
  const token = environment?.["HANDOVER_TOKEN"];
  return address === undefined || token === undefined ? null : { address, token };
}

/**
 * The process that was started for a slot with this control address: one whose supervisor was killed before it could
 * write down the pid. Children of such a process inherit its environment; the oldest is the one that was started.
 */
export function processStartedWith(slot: SlotKey, controlAddress: string): number | null {
  const instance = partsOf(slot).instance;
  const pids = listProcesses().filter((pid) => {
    const environment = environmentOf(pid);
    return (
      environment?.["HANDOVER_CONTROL"] === controlAddress && environment["HANDOVER_INSTANCE"] === instance
    );
  });
  return pids.find((pid) => leadsItsGroup(pid)) ?? null;
}

/** Every process that a run started and that has kept its environment, in whatever session it is now. */
export function processesWithToken(token: string): number[] {
  return listProcesses().filter((pid) => environmentOf(pid)?.["HANDOVER_TOKEN"] === token);
}

function listProcesses(): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** Field 5 of its stat is its process group. */
function leadsItsGroup(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2] === String(pid);
  } catch {
    return false;
  }
}

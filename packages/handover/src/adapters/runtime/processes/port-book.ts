import { z } from "zod";
import type { SlotKey } from "../../../fleet/instance.ts";
import { slotKey } from "../../../fleet/instance.ts";
import { instanceId } from "../../../fleet/ids.ts";
import { readParsed, writeAtomically } from "../../background/atomic-file.ts";
import { freePort, portIsFree } from "./free-ports.ts";
import { keepOnly, reservePort } from "./port-reservation.ts";
import { Refused } from "./refused.ts";
import { slotKeySchema, type Declaration, type SlotAddress } from "./protocol.ts";

interface SlotPort {
  readonly slot: SlotKey;
  readonly port: number;
}

/** Ports where nothing listened just now, and slots that cannot have theirs any more. */
interface FoundPorts {
  readonly free: readonly number[];
  readonly lost: ReadonlySet<SlotKey>;
}

const schema: z.ZodType<{ readonly slots: readonly SlotPort[] }> = z.object({
  slots: z.array(z.object({ slot: slotKeySchema, port: z.int() })),
});

/**
 * Which port each slot has: kept for as long as the slot is declared or something runs there. Where nothing runs and a
 * stranger listens by now (another environment of this machine may have chosen the same), the slot gets another.
 */
export class PortBook {
  readonly #path: string;
  #ports: ReadonlyMap<SlotKey, number>;

  constructor(path: string) {
    this.#path = path;
    const kept = readParsed(path, schema)?.slots ?? [];
    this.#ports = new Map(kept.map(({ slot, port }) => [slot, port]));
    // A supervisor that follows another goes on holding what that one held.
    for (const port of this.#ports.values()) void reservePort(port);
  }

  /** Held against other supervisors from now on; where something of ours runs it is ours anyway. */
  async #isStillOurs(port: number, occupied: boolean): Promise<boolean> {
    const reserved = await reservePort(port);
    return occupied || (reserved && (await portIsFree(port)));
  }

  entries(): readonly SlotPort[] {
    return [...this.#ports].map(([slot, port]) => ({ slot, port }));
  }

  /**
   * Free ports for those declared slots that have none yet, or whose port a stranger has taken while nothing of ours runs
   * there. Nothing is chosen before `declare`, which waits for nothing.
   */
  async findFor(instances: readonly Declaration[], occupied: ReadonlySet<SlotKey>): Promise<FoundPorts> {
    const free = new Set<number>();
    const lost = new Set<SlotKey>();
    for (const slot of slotsIn(instances)) {
      const port = this.#ports.get(slot);
      if (port !== undefined && (await this.#isStillOurs(port, occupied.has(slot)))) continue;
      if (port !== undefined) lost.add(slot);
      free.add(await freePort(new Set([...this.#ports.values(), ...free])));
    }
    return { free: [...free], lost };
  }

  /**
   * Ports for all that are declared, new ones from those that were `found`; `occupied` slots keep theirs although they are
   * not declared. Returns all of them: what still runs has to stay known to the load balancer until it has been drained.
   */
  declare(
    instances: readonly Declaration[],
    occupied: ReadonlySet<SlotKey>,
    found: FoundPorts,
  ): readonly SlotAddress[] {
    const wanted = slotsIn(instances);
    const keeps = (slot: SlotKey): boolean =>
      occupied.has(slot) || (wanted.includes(slot) && !found.lost.has(slot));
    const ports = new Map([...this.#ports].filter(([slot]) => keeps(slot)));
    for (const slot of wanted) {
      if (ports.has(slot)) continue;
      const taken = new Set(ports.values());
      const port = found.free.find((each) => !taken.has(each));
      if (port === undefined) throw new Refused(`another declaration took the place of this one`);
      ports.set(slot, port);
    }
    this.#ports = ports;
    keepOnly(new Set(ports.values()));
    writeAtomically(this.#path, { slots: this.entries() });
    return this.entries().map(({ slot, port }) => ({ slot, host: "127.0.0.1", port }));
  }
}

function slotsIn(instances: readonly Declaration[]): readonly SlotKey[] {
  return instances.flatMap(({ id, slots }) => slots.map((name) => slotKey(instanceId(id), name)));
}

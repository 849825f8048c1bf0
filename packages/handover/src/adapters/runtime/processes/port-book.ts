import { z } from "zod";
import type { SlotKey } from "../../../fleet/instance.ts";
import { slotKey } from "../../../fleet/instance.ts";
import { instanceId } from "../../../fleet/ids.ts";
import { readParsed, writeAtomically } from "../../background/atomic-file.ts";
import { freePort } from "./free-ports.ts";
import { Refused } from "./refused.ts";
import { slotKeySchema, type Declaration, type SlotAddress } from "./protocol.ts";

interface SlotPort {
  readonly slot: SlotKey;
  readonly port: number;
}

const schema: z.ZodType<{ readonly slots: readonly SlotPort[] }> = z.object({
  slots: z.array(z.object({ slot: slotKeySchema, port: z.int() })),
});

/** Which port each slot has: chosen once, kept for as long as the slot is declared or something runs there. */
export class PortBook {
  readonly #path: string;
  #ports: ReadonlyMap<SlotKey, number>;

  constructor(path: string) {
    this.#path = path;
    const kept = readParsed(path, schema)?.slots ?? [];
    this.#ports = new Map(kept.map(({ slot, port }) => [slot, port]));
  }

  entries(): readonly SlotPort[] {
    return [...this.#ports].map(([slot, port]) => ({ slot, port }));
  }

  /** Free ports for those declared slots that have none yet. Nothing is chosen before `declare`, which waits for nothing. */
  async findFor(instances: readonly Declaration[]): Promise<readonly number[]> {
    const found = new Set(this.#ports.values());
    const known = found.size;
    for (const slot of slotsIn(instances)) {
      if (!this.#ports.has(slot)) found.add(await freePort(found));
    }
    return [...found].slice(known);
  }

  /**
   * Ports for all that are declared, new ones from those that were `found`; `occupied` slots keep theirs although they are
   * not declared. Returns all of them: what still runs has to stay known to the load balancer until it has been drained.
   */
  declare(
    instances: readonly Declaration[],
    occupied: ReadonlySet<SlotKey>,
    found: readonly number[],
  ): readonly SlotAddress[] {
    const wanted = slotsIn(instances);
    const ports = new Map([...this.#ports].filter(([slot]) => occupied.has(slot) || wanted.includes(slot)));
    for (const slot of wanted) {
      if (ports.has(slot)) continue;
      const taken = new Set(ports.values());
      const port = found.find((each) => !taken.has(each));
      if (port === undefined) throw new Refused(`another declaration took the place of this one`);
      ports.set(slot, port);
    }
    this.#ports = ports;
    writeAtomically(this.#path, { slots: this.entries() });
    return this.entries().map(({ slot, port }) => ({ slot, host: "127.0.0.1", port }));
  }
}

function slotsIn(instances: readonly Declaration[]): readonly SlotKey[] {
  return instances.flatMap(({ id, slots }) => slots.map((name) => slotKey(instanceId(id), name)));
}

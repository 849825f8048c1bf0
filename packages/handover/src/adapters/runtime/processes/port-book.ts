import { z } from "zod";
import type { SlotKey } from "../../../fleet/instance.ts";
import { slotKey } from "../../../fleet/instance.ts";
import { instanceId } from "../../../fleet/ids.ts";
import { readParsed, writeAtomically } from "../../background/atomic-file.ts";
import { freePort } from "./free-ports.ts";
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

  /**
   * Ports for all that are declared; `occupied` slots keep theirs although they are not. Resolves with all of them: what
   * still runs has to stay known to the load balancer until it has been drained.
   */
  async declare(
    instances: readonly Declaration[],
    occupied: ReadonlySet<SlotKey>,
  ): Promise<readonly SlotAddress[]> {
    const wanted = instances.flatMap(({ id, slots }) => slots.map((name) => slotKey(instanceId(id), name)));
    const ports = new Map([...this.#ports].filter(([slot]) => occupied.has(slot) || wanted.includes(slot)));
    for (const slot of wanted) {
      if (!ports.has(slot)) ports.set(slot, await freePort(new Set(ports.values())));
    }
    this.#ports = ports;
    writeAtomically(this.#path, { slots: this.entries() });
    return this.entries().map(({ slot, port }) => ({ slot, host: "127.0.0.1", port }));
  }
}

import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { LeaseToken } from "../../../fleet/ids.ts";
import type { SlotKey } from "../../../fleet/instance.ts";
import { readParsed } from "../../background/atomic-file.ts";
import type { Claim } from "../../background/claim.ts";
import { ownIdentity, wordFor } from "../../background/process-identity.ts";
import { machineClock } from "../../clock/system.ts";
import { takeOver } from "./adopt.ts";
import { clearOut } from "./clear-out.ts";
import { layoutOf, logOf, recordOf, type Layout } from "./layout.ts";
import { LeaseBook } from "./lease-book.ts";
import { lastLinesOfAll, rotateLogs } from "./log-file.ts";
import { PortBook } from "./port-book.ts";
import type { Declaration, SlotAddress, SupervisorState } from "./protocol.ts";
import { slotRecordSchema } from "./record.ts";
import { Refused } from "./refused.ts";
import { Slot, type Surroundings } from "./slot.ts";
import type { Timings } from "./timings.ts";

/** The slots of one service in one environment, who may give orders about them, and this process's right to act. */
export class Supervisor {
  readonly leases: LeaseBook;
  readonly generation: string = wordFor(ownIdentity());
  readonly #layout: Layout;
  readonly #ports: PortBook;
  readonly #slots: Map<SlotKey, Slot> = new Map();
  readonly #around: Surroundings;
  readonly #claim: Claim;
  /** No more orders: the supervisor is about to end. */
  #closing = false;

  constructor(directory: string, timings: Timings, claim: Claim, say: (line: string) => void) {
    this.#layout = layoutOf(directory);
    this.#claim = claim;
    mkdirSync(this.#layout.instances, { recursive: true, mode: 0o700 });
    this.leases = new LeaseBook(this.#layout.lease);
    this.#ports = new PortBook(this.#layout.slots);
    this.#around = { layout: this.#layout, timings, promised: new Set(), say };
    this.#renewSlots();
    for (const file of readdirSync(this.#layout.instances)) {
      const path = join(this.#layout.instances, file);
      // What a killed supervisor was about to write had no effect yet, or may be older than what it wrote later.
      if (!file.endsWith(".json")) rmSync(path, { force: true, recursive: true });
      const record = readParsed(path, slotRecordSchema);
      const slot = record && this.#slots.get(record.slot);
      if (slot) takeOver(slot, record);
    }
  }

  state(): SupervisorState {
    return {
      pid: process.pid,
      generation: this.generation,
      lease: this.leases.holder(),
      slots: [...this.#slots.values()].map((slot) => slot.view()),
    };
  }

  /** Throws `Refused` unless orders may be given, by this token, to this process. */
  admit(token: LeaseToken): void {
    if (this.#closing) throw new Refused("the supervisor is ending");
    if (!this.#claim.holds()) throw new Refused("another supervisor has taken over this directory");
    if (!this.leases.holds(token)) throw new Refused("the lease is no longer held by whoever ordered this");
  }

  slot(key: SlotKey): Slot {
    const slot = this.#slots.get(key);
    if (slot === undefined) throw new Refused(`there is no slot ${key}`);
    return slot;
  }

  /** Throws `Refused`, as an order: also where the token lost the lease while free ports were looked for. */
  async declare(token: LeaseToken, instances: readonly Declaration[]): Promise<readonly SlotAddress[]> {
    this.admit(token);
    const found = await this.#ports.findFor(instances, this.#occupied());
    this.admit(token);
    const addresses = this.#ports.declare(instances, this.#occupied(), found);
    this.#renewSlots();
    return addresses;
  }

  logLines(slot: SlotKey, lines: number): readonly string[] {
    return lastLinesOfAll(logOf(this.#layout, slot), lines);
  }

  /** Rotates logs; false when this process has lost its right to act and has to end. */
  tidy(): boolean {
    rotateLogs(this.#layout.logs, this.#around.timings.logLimitBytes);
    return this.#claim.holds();
  }

  /** Takes no more orders and waits for stops and swaps under way; what runs goes on. */
  async close(): Promise<void> {
    this.#closing = true;
    const busy = (slot: Slot): boolean => ["stopping", "swapping"].includes(slot.holding.kind);
    while ([...this.#slots.values()].some(busy)) await machineClock.sleep(20);
  }

  /** Takes no more orders and ends every instance, gracefully, all at once. */
  async clear(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#slots.values()].map(clearOut));
  }

  #occupied(): ReadonlySet<SlotKey> {
    const held = [...this.#slots.values()].filter((slot) => slot.holding.kind !== "empty");
    return new Set(held.map((slot) => slot.key));
  }

  #renewSlots(): void {
    const entries = this.#ports.entries();
    for (const { slot, port } of entries) {
      if (this.#slots.get(slot)?.port !== port) this.#slots.set(slot, new Slot(slot, port, this.#around));
    }
    const kept = new Set(entries.map(({ slot }) => slot));
    for (const key of this.#slots.keys()) {
      if (kept.has(key)) continue;
      this.#slots.delete(key);
      rmSync(recordOf(this.#layout, key), { force: true });
    }
    this.#around.promised.clear();
    for (const { port } of entries) this.#around.promised.add(port);
  }
}

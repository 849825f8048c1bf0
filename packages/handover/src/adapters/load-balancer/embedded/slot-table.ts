import type { SlotKey } from "../../../fleet/instance.ts";
import type { Milliseconds } from "../../../fleet/time.ts";
import type { HealthSettings } from "../../../health/settings.ts";
import { checkRepeatedly } from "./check-loop.ts";
import type { BalancedSlot, SlotAddress, TableOrder } from "./control-contract.ts";
import { Slot } from "./slot.ts";

interface Entry {
  readonly slot: Slot;
  readonly stopChecks: () => void;
}

/** The slots that the balancer was told of, and whose turn it is. Each is checked for as long as it is declared. */
export class SlotTable {
  #health: HealthSettings | null = null;
  #entries: readonly Entry[] = [];
  /** No longer declared, with requests still in flight. */
  readonly #leaving = new Set<Slot>();
  #turn = 0;
  #warm = false;

  get health(): HealthSettings | null {
    return this.#health;
  }

  /** Every slot has been judged once since the start: what is out by now is not merely new to this process. */
  get warm(): boolean {
    this.#warm ||= this.#entries.length > 0 && this.#entries.every(({ slot }) => slot.judged);
    return this.#warm;
  }

  /** Declares all slots: an unchanged one keeps its state, a new one is out, a missing one leaves when it is idle. */
  declare({ health, slots }: TableOrder): void {
    this.#health = health;
    const before = this.#entries;
    this.#entries = slots.map((address, index) => {
      const known = before.find(({ slot }) => isAt(slot, address));
      // Phases are spread over the interval, so that the checks of a fleet are not one burst.
      return known ?? this.#enter(this.#slotAt(address), (health.intervalMs * index) / slots.length);
    });
    for (const gone of before.filter((entry) => !this.#entries.includes(entry))) this.#leave(gone);
  }

  find(name: SlotKey): Slot | null {
    return this.#entries.find(({ slot }) => slot.name === name)?.slot ?? null;
  }

  /** The slot that holds a drain of this id. */
  drainedBy(id: string): Slot | null {
    return this.#entries.find(({ slot }) => slot.drain?.id === id)?.slot ?? null;
  }

  /** Round robin over the slots in rotation, without those that this request could not reach. */
  next(unreached: ReadonlySet<Slot>): Slot | null {
    for (let step = 0; step < this.#entries.length; step += 1) {
      const index = (this.#turn + step) % this.#entries.length;
      const slot = this.#entries[index]?.slot;
      if (slot === undefined || !slot.in || unreached.has(slot)) continue;
      this.#turn = index + 1;
      return slot;
    }
    return null;
  }

  state(): readonly BalancedSlot[] {
    const declared = this.#entries.map(({ slot }) => slot);
    const leaving = [...this.#leaving].filter(({ name }) => this.find(name) === null);
    return [...declared, ...leaving].map((slot) => slot.state());
  }

  /** Ends all checks, and closes what is kept open. */
  close(): void {
    for (const { slot, stopChecks } of this.#entries) {
      stopChecks();
      slot.connections.release();
    }
  }

  /** One that was still leaving comes back as it is: what is in flight there goes on being counted. */
  #slotAt(address: SlotAddress): Slot {
    const back = [...this.#leaving].find((slot) => isAt(slot, address));
    if (back === undefined) return new Slot(address);
    this.#leaving.delete(back);
    back.comeBack();
    return back;
  }

  #enter(slot: Slot, firstAfterMs: Milliseconds): Entry {
    return { slot, stopChecks: checkRepeatedly(slot, () => this.#health, firstAfterMs) };
  }

  #leave({ slot, stopChecks }: Entry): void {
    stopChecks();
    this.#leaving.add(slot);
    slot.remove(() => this.#leaving.delete(slot));
  }
}

function isAt(slot: Slot, address: SlotAddress): boolean {
  return slot.name === address.slot && slot.host === address.host && slot.port === address.port;
}

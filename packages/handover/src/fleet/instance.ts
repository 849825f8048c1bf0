import type { HostId, InstanceId } from "./ids.ts";

/** A slot's name within its instance: `a`, and `b` where the instance is replaced start-first. */
export type SlotName = "a" | "b";

/** Which slot of which instance, as text: `api-1/a`. Keys records of facts. */
export type SlotKey = `${string}/${SlotName}`;

/** One place for a copy of the service. Without a load balancer (`balanced: false`) it is a worker. */
export interface Instance {
  readonly id: InstanceId;
  readonly host: HostId;
  readonly slots: readonly SlotName[];
  readonly balanced: boolean;
}

export function slotKey(instance: InstanceId, slot: SlotName): SlotKey {
  return `${instance}/${slot}`;
}

/** The instance and slot of a key that {@link slotKey} made. */
export function partsOf(key: SlotKey): { readonly instance: InstanceId; readonly slot: SlotName } {
  const cut = key.lastIndexOf("/");
  return { instance: key.slice(0, cut) as InstanceId, slot: key.slice(cut + 1) as SlotName };
}

/** The keys of a record by slot, typed: `Object.keys` forgets what they are. */
export function slotKeysOf(record: Readonly<Record<SlotKey, unknown>>): readonly SlotKey[] {
  return Object.keys(record) as SlotKey[];
}

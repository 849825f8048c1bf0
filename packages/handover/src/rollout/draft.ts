import type { InstanceId } from "../fleet/ids.ts";
import type { SlotName } from "../fleet/instance.ts";
import type { Instant } from "../fleet/time.ts";
import type { Action } from "./action.ts";
import type { Halt, Wait } from "./decision.ts";
import type { Situation } from "./situation.ts";

/** A decision in the making: it starts with everything that leads to the goal, and each rule takes its part away. */
export interface Draft {
  readonly actions: readonly Action[];
  readonly waits: readonly Wait[];
  readonly halt: Halt | null;
}

/** One promise, kept. Leaving a rule out of the list breaks the promise that it is named for. */
export interface Rule {
  readonly name: string;
  apply(draft: Draft, situation: Situation): Draft;
}

/** The draft without the actions that `reason` objects to; each objection becomes a wait. */
export function holdBack(draft: Draft, reason: (action: Action) => Objection | null): Draft {
  const actions: Action[] = [];
  const waits = [...draft.waits];
  for (const action of draft.actions) {
    const objection = reason(action);
    if (objection === null) actions.push(action);
    else waits.push(waitFor(action.instance, action.slot, objection.what, objection.until));
  }
  return { ...draft, actions, waits };
}

export interface Objection {
  readonly what: string;
  /** When it falls away by itself; null where that depends on others. */
  readonly until: Instant | null;
}

export function waitFor(
  instance: InstanceId,
  slot: SlotName | null,
  what: string,
  until: Instant | null = null,
): Wait {
  return { instance, slot, what, until };
}

export function halted(draft: Draft, halt: Halt): Draft {
  return draft.halt === null ? { ...draft, halt } : draft;
}

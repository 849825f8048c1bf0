import type { InstanceId } from "../fleet/ids.ts";
import type { SlotName } from "../fleet/instance.ts";
import type { Instant } from "../fleet/time.ts";
import type { Action } from "./action.ts";
import type { Halt, Wait } from "./decision.ts";
import type { InstanceSituation, Situation, SlotSituation } from "./situation.ts";

/** A decision in the making: it starts with everything that leads to the goal, and each rule takes its part away. */
export interface Draft {
  readonly proposals: readonly Proposal[];
  readonly waits: readonly Wait[];
  readonly halt: Halt | null;
}

/** An action, with the instance and the slot that it is about. */
export interface Proposal<A extends Action = Action> {
  readonly action: A;
  readonly instance: InstanceSituation;
  readonly slot: SlotSituation;
}

/** One promise, kept. Leaving a rule out of the list breaks the promise that it is named for. */
export interface Rule {
  readonly name: string;
  apply(draft: Draft, situation: Situation): Draft;
}

/** The draft without the proposals that `reason` objects to; each objection becomes a wait. */
export function holdBack(draft: Draft, reason: (proposal: Proposal) => Objection | null): Draft {
  const proposals: Proposal[] = [];
  const waits = [...draft.waits];
  for (const proposal of draft.proposals) {
    const objection = reason(proposal);
    const { instance, slot } = proposal.action;
    if (objection === null) proposals.push(proposal);
    else waits.push(waitFor(instance, slot, objection.what, objection.until));
  }
  return { ...draft, proposals, waits };
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

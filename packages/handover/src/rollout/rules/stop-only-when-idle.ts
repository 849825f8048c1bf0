import type { Instant, Milliseconds } from "../../fleet/time.ts";
import type { Action } from "../action.ts";
import { holdBack, type Objection, type Proposal, type Rule } from "../draft.ts";
import type { Situation, SlotSituation } from "../situation.ts";
import { deployDrains, isLive } from "../slots.ts";
import { IDLE_FOR_MS } from "../deadlines.ts";

/**
 * Rule 2. What runs is stopped only with evidence that it is out of rotation, held there by a drain, and idle. Where
 * requests are still under way when the drain deadline (`longestRequest`, from the evidence on) ends, or nothing counts
 * them, it is stopped then, and what is cut off is told.
 */
export const stopOnlyWhenIdle: Rule = {
  name: "2 stop only what is out and idle",
  apply(draft, situation) {
    const held = holdBack(draft, (proposal) => objectionTo(proposal, situation));
    return { ...held, proposals: held.proposals.map(withCut) };
  },
};

type Ending = Extract<Action, { kind: "stop" | "swap" }>;

function isEnding(action: Action): action is Ending {
  return action.kind === "stop" || action.kind === "swap";
}

function objectionTo({ action, slot }: Proposal, situation: Situation): Objection | null {
  if (!isEnding(action) || !isLive(slot)) return null;
  if (slot.reach.kind !== "out") return { what: "the load balancer to take it out", until: null };
  if (deployDrains(slot).length === 0) return { what: "a drain that holds it out", until: null };
  const deadline = deadlineOf(slot, situation);
  const idle = idleAt(slot, situation);
  if (situation.now >= deadline || (idle !== null && slot.askedAt >= idle)) return null;
  return { what: reasonOf(slot.inFlight), until: idle === null ? deadline : Math.min(idle, deadline) };
}

/** Says nothing that changes from look to look, such as a count: a wait is told when its reason changes. */
function reasonOf(inFlight: number | null): string {
  if (inFlight === null) return "the drain deadline: nothing counts its requests";
  return inFlight === 0 ? "one idle second" : "its requests in flight to end";
}

/** When the drain deadline ends: `longestRequest` after the balancers' evidence. */
function deadlineOf(slot: SlotSituation, { goal, now }: Situation): Instant {
  return now - outFor(slot) + goal.longestRequestMs;
}

/** Out for as long as the evidence says, but no longer than the drain has been held: before that it could come back. */
function outFor(slot: SlotSituation): Milliseconds {
  return Math.min(slot.reach.forMs, ...deployDrains(slot).map((drain) => drain.forMs));
}

/** When it will have been idle for long enough; a request that came while it was in again for a moment starts it anew. */
function idleAt(slot: SlotSituation, { memory, now }: Situation): Instant | null {
  const since = memory.idleSince[slot.key];
  return since === undefined ? null : Math.max(since, now - outFor(slot)) + IDLE_FOR_MS;
}

function withCut(proposal: Proposal): Proposal {
  const { action, slot } = proposal;
  if (!isEnding(action) || !isLive(slot)) return proposal;
  return { ...proposal, action: { ...action, cut: slot.inFlight ?? 0 } };
}

import type { Observed } from "../fleet/observed.ts";
import type { Instant } from "../fleet/time.ts";
import type { Decision, Wait } from "./decision.ts";
import { waitFor, type Draft, type Rule } from "./draft.ts";
import type { Goal } from "./goal.ts";
import type { Memory } from "./memory.ts";
import { RULES } from "./rules/index.ts";
import { assess, type InstanceSituation, type Situation } from "./situation.ts";
import { towards } from "./towards.ts";

/**
 * What to do next: the one decision of a rollout, taken again and again.
 *
 * Everything that leads towards the goal is proposed, as if nothing could go wrong; then each rule takes away what is
 * not safe yet. Any subset of the actions that remain, in any order, is safe, so a run can end between any two of them.
 *
 * @param observed read just now; nothing that an earlier action was meant to do is trusted
 * @param memory what this run remembers, after `remember` has folded in the same observation
 * @param rules all eight; a test leaves one out and must see the promise broken
 */
export function decide(
  goal: Goal,
  observed: Observed,
  memory: Memory,
  now: Instant,
  rules: readonly Rule[] = RULES,
): Decision {
  return decideIn(assess(goal, observed, memory, now), rules);
}

/** The same for a situation that has been assessed already. */
export function decideIn(situation: Situation, rules: readonly Rule[]): Decision {
  const everything: Draft = { proposals: situation.instances.flatMap(towards), waits: [], halt: null };
  return conclude(
    rules.reduce((draft, rule) => rule.apply(draft, situation), everything),
    situation,
  );
}

function conclude(draft: Draft, situation: Situation): Decision {
  const spokenOf = new Set(draft.waits.map((wait) => wait.instance));
  const silent = situation.instances.filter(({ goal }) => !spokenOf.has(goal.id));
  const waits = once([...draft.waits, ...silent.flatMap(ownWaits)]);
  if (draft.proposals.length > 0)
    return { kind: "act", actions: draft.proposals.map(({ action }) => action), waits };
  if (draft.halt !== null) return { kind: "halt", halt: draft.halt };
  if (situation.instances.every((instance) => instance.phase === "settled")) return { kind: "done" };
  return { kind: "wait", waits };
}

/** Each reason once an instance: several rules, or both slots, may have given the same. The first knows until when. */
function once(waits: readonly Wait[]): readonly Wait[] {
  const seen = new Set<string>();
  return waits.filter(({ instance, what }) => {
    const reason = `${instance} ${what}`;
    return !seen.has(reason) && seen.add(reason);
  });
}

/** What an instance waits for of which no rule has spoken. */
function ownWaits(instance: InstanceSituation): readonly Wait[] {
  switch (instance.phase) {
    case "start":
      return [waitFor(instance.goal.id, null, "the host to start it")];
    case "swap":
      return [waitFor(instance.goal.id, null, "the host to swap it")];
    case "stop":
      return [waitFor(instance.goal.id, null, "the host to stop the old one")];
    case "hidden":
      return [waitFor(instance.goal.id, null, "its host to answer")];
    case "join":
      return [waitFor(instance.goal.id, null, "the load balancer to bring it in")];
    case "prove":
      return [waitFor(instance.goal.id, null, "minHealthyTime")];
    case "untouched":
    case "drain":
    case "retire":
    case "settled":
      return [];
  }
}

import type { Halt } from "../decision.ts";
import { halted, type Draft, type Proposal, type Rule } from "../draft.ts";
import { isOpen } from "../is-open.ts";
import type { Situation } from "../situation.ts";
import { deployDrains, isBusy, isLive } from "../slots.ts";
import { undrain } from "../towards.ts";
import { LAST_WORDS_MS } from "../deadlines.ts";

/**
 * Rule 6. However a run ends, no instance that was serving stays drained. An interrupted run begins nothing new and
 * finishes or puts back what is at hand; one that has lost something puts back what it still can.
 */
export const leaveNothingBehind: Rule = {
  name: "6 leave nothing behind",
  apply(draft, situation) {
    const ended = withEnding(draft, situation);
    if (ended.halt === null || ended.halt.kind === "refused") return ended;
    const back = situation.instances.flatMap((instance) => putBack(instance));
    if (back.length === 0 || isTooLate(situation)) return { ...ended, proposals: [] };
    return { ...ended, proposals: back };
  },
};

function withEnding(draft: Draft, situation: Situation): Draft {
  const { memory } = situation;
  if (memory.lost !== null) {
    const kind = Object.keys(memory.begun).length === 0 ? "refused" : "lost";
    return halted(draft, { kind, instance: null, why: memory.lost.why, log: [] });
  }
  if (!memory.interrupted || Object.keys(memory.failed).length > 0) return draft;
  if (situation.instances.every(({ phase, target, goal }) => phase === "settled" && target === goal.release))
    return draft;
  const open = situation.instances.some((instance) => isOpen(instance, situation));
  return open ? draft : halted(draft, INTERRUPTED);
}

const INTERRUPTED: Halt = { kind: "interrupted", instance: null, why: "interrupted", log: [] };

/** A slot that serves nobody else's place and is still drained goes healthy again; an old one beside its successor too. */
function putBack(instance: Situation["instances"][number]): readonly Proposal[] {
  return instance.slots
    .filter((slot) => isLive(slot) && !isBusy(slot) && deployDrains(slot).length > 0)
    .map((slot) => undrain(instance, slot));
}

function isTooLate({ memory, now }: Situation): boolean {
  return memory.lost !== null && now - memory.lost.at > LAST_WORDS_MS;
}

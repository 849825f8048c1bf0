import type { Observed } from "../fleet/observed.ts";
import type { Milliseconds } from "../fleet/time.ts";
import { decideIn } from "./decide.ts";
import type { Decision, Halt, Wait } from "./decision.ts";
import type { Rule } from "./draft.ts";
import type { Goal } from "./goal.ts";
import { freshMemory, type Memory } from "./memory.ts";
import { narrate, silence } from "./narrate.ts";
import { observe } from "./observe.ts";
import { perform } from "./perform.ts";
import type { RolloutPorts } from "./ports.ts";
import { remember } from "./remember.ts";
import { RULES } from "./rules/index.ts";
import { assess } from "./situation.ts";

export interface RolloutOptions {
  /** Aborted when the user wants to stop: what is at hand is finished or put back first. */
  readonly interrupt: AbortSignal;
  /** The longest time between two looks at the fleet. */
  readonly pollMs: Milliseconds;
  readonly rules?: readonly Rule[];
}

/** How a run ended: with a halt, or with the goal reached (null). */
export interface Ended {
  readonly halt: Halt | null;
  readonly memory: Memory;
  readonly observed: Observed;
}

/**
 * The loop around `decide`: look, remember, decide, act, and look again. It holds no state that matters: started afresh
 * at any moment, by anybody, it goes on from what it sees.
 */
export async function rollOut(goal: Goal, ports: RolloutPorts, options: RolloutOptions): Promise<Ended> {
  const { clock, events } = ports;
  let memory = freshMemory(clock.now());
  let told = silence;
  for (;;) {
    const observed = await observe(ports);
    const now = clock.now();
    memory = remember({ ...memory, interrupted: options.interrupt.aborted }, goal, observed, now);
    const situation = assess(goal, observed, memory, now);
    const decision = decideIn(situation, options.rules ?? RULES);
    const news = narrate(told, situation, decision);
    told = news.told;
    for (const event of news.events) events.emit(event);

    switch (decision.kind) {
      case "done":
        return { halt: null, memory, observed };
      case "halt":
        return { halt: decision.halt, memory, observed };
      case "act":
        await Promise.all(decision.actions.map((action) => perform(action, goal, ports)));
        break;
      case "wait":
        break;
    }
    await clock.sleep(pause(decision, now, options.pollMs));
  }
}

/** Until the next wait ends by itself, but no longer than the poll; never nothing, so that a refused action is no busy loop. */
function pause(decision: Decision, now: number, pollMs: Milliseconds): Milliseconds {
  const waits: readonly Wait[] = "waits" in decision ? decision.waits : [];
  const ends = waits.flatMap((wait) => (wait.until === null ? [] : [wait.until - now]));
  return Math.max(Math.min(20, pollMs), Math.min(pollMs, ...ends));
}

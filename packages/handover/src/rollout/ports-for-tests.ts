import { known } from "../fleet/fact.ts";
import { balancerId } from "../fleet/ids.ts";
import type { Clock } from "../ports/clock.ts";
import type { RolloutPorts } from "./ports.ts";

/** Ports to which nobody answers, for tests that replace the one that they are about. */
export function refusing(clock: Clock): RolloutPorts {
  const refuse = (): Promise<never> => Promise.reject(new Error("connection refused"));
  return {
    runtime: { observe: refuse, start: refuse, stop: refuse, swap: refuse },
    drain: { observe: refuse, hold: refuse, end: refuse },
    balancers: [{ id: balancerId("lb"), settings: refuse, observe: refuse }],
    lease: { state: () => known("held", clock.now()) },
    clock,
    events: { emit: () => undefined },
  };
}

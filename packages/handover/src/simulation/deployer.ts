import type { LeaseToken } from "../fleet/ids.ts";
import type { Rule } from "../rollout/draft.ts";
import { keepLease } from "../rollout/keep-lease.ts";
import { rollOut, type Ended } from "../rollout/roll-out.ts";
import type { RolloutEvent } from "../rollout/rollout-event.ts";
import { RULES } from "../rollout/rules/index.ts";
import { goalOf, type Scenario } from "./scenario.ts";
import { simulatedDrain } from "./simulated-drain.ts";
import { simulatedBalancer, simulatedLease } from "./simulated-ports.ts";
import { simulatedRuntime } from "./simulated-runtime.ts";
import { createWire, type Mishap } from "./wire.ts";
import type { World } from "./world.ts";
import { LEASE_TTL_MS } from "../rollout/deadlines.ts";

/** One run of the deploy in the simulated world: waits for the lease, rolls out, gives it back. */
export interface Deployer {
  /** How it ended; null for as long as it runs, and for ever where it was killed. */
  readonly ended: Ended | null;
  readonly isOver: boolean;
  /** How many awaits of it could have been its last. */
  readonly steps: number;
}

export interface DeployerOptions {
  readonly interrupt: AbortSignal;
  /** The await at which it is killed; null: never. */
  readonly killAtStep: number | null;
  readonly rules?: readonly Rule[] | undefined;
  readonly emit: (event: RolloutEvent) => void;
}

export function deploy(world: World, scenario: Scenario, options: DeployerOptions): Deployer {
  const deployer = { ended: null as Ended | null, isOver: false, steps: 0 };
  const wire = createWire(world.clock, {
    delayMs: (call) => scenario.delaysMs[call % scenario.delaysMs.length] ?? 1,
    mishap: (call) => mishapOf(scenario, call),
    onStep: (step) => {
      deployer.steps = step + 1;
      if (step !== options.killAtStep) return;
      wire.kill();
      deployer.isOver = true;
    },
  });
  const lease = simulatedLease(world, wire, "deployer");

  const run = async (): Promise<void> => {
    const token = await waitForLease();
    const keeper = keepLease(lease, token, wire.clock);
    const ports = {
      runtime: simulatedRuntime(world, wire),
      drain: simulatedDrain(world, wire),
      balancers: [simulatedBalancer(world, wire)],
      lease: keeper,
      clock: wire.clock,
      events: { emit: options.emit },
    };
    const { interrupt, rules = RULES } = options;
    deployer.ended = await rollOut(goalOf(scenario, token), ports, {
      interrupt,
      pollMs: scenario.pollMs,
      rules,
    });
    await keeper.end();
    deployer.isOver = true;
  };
  const waitForLease = async (): Promise<LeaseToken> => {
    for (;;) {
      const acquired = await lease.acquire(LEASE_TTL_MS, new AbortController().signal).catch(() => null);
      if (acquired?.kind === "held") return acquired.token;
      await wire.clock.sleep(1_000);
    }
  };
  void run();
  return deployer;
}

function mishapOf(scenario: Scenario, call: number): Mishap {
  if (!scenario.cuts.includes(call)) return "none";
  return call % 2 === 0 ? "cut before" : "cut after";
}

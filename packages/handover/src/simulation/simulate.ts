import { leaseToken, type RunId } from "../fleet/ids.ts";
import { slotKey } from "../fleet/instance.ts";
import type { Instant, Milliseconds } from "../fleet/time.ts";
import type { Rule } from "../rollout/draft.ts";
import type { Ended } from "../rollout/roll-out.ts";
import type { RolloutEvent } from "../rollout/rollout-event.ts";
import { deploy, type Deployer } from "./deployer.ts";
import { arm, isDisturbance } from "./faults.ts";
import { INVARIANTS, type Violation } from "./invariants.ts";
import { place, startChecks } from "./physics.ts";
import { goalOf, instancesOf, NEW, placedAt, type Scenario } from "./scenario.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { createWorld, type Effect, type World } from "./world.ts";

/** An effect, when it happened, and to which run of a process. */
export type Witnessed = Effect & { readonly at: Instant; readonly run: RunId | null };

/** What came of one scenario. */
export interface Simulated {
  readonly world: World;
  /** One entry a deployer: how it ended, or null where it was killed or did not end in time. */
  readonly runs: readonly (Ended | null)[];
  readonly events: readonly RolloutEvent[];
  readonly effects: readonly Witnessed[];
  readonly violations: readonly Violation[];
  /** How many places there were to kill the first deployer at. */
  readonly steps: number;
  readonly endedAt: Instant;
}

/** The longest that a run may take in simulated time: far more than any deadline in it. */
const LIMIT_MS: Milliseconds = 1_200_000;

/** Plays a scenario: the real loop and the real rules against the simulated world. */
export async function simulate(scenario: Scenario, rules?: readonly Rule[]): Promise<Simulated> {
  const world = worldOf(scenario);
  const { clock } = world;
  const { effects, violations } = watch(world, scenario);
  for (const fault of scenario.faults) arm(fault, world);

  const events: RolloutEvent[] = [];
  const deployers: Deployer[] = [];
  const begin = (interrupt: AbortSignal, killAtStep: number | null): void => {
    deployers.push(
      deploy(world, scenario, { interrupt, killAtStep, rules, emit: (event) => void events.push(event) }),
    );
  };
  const everyoneIsOver = (): boolean => deployers.every(({ isOver }) => isOver);
  const never = new AbortController().signal;
  const interrupt = new AbortController();
  const second = scenario.faults.find((fault) => fault.kind === "second deployer");
  const interruption = scenario.faults.find((fault) => fault.kind === "interrupt");
  const kill = scenario.faults.find((fault) => fault.kind === "kill");
  if (interruption !== undefined) clock.after(interruption.atMs, () => interrupt.abort());
  begin(interrupt.signal, kill?.step ?? null);
  if (second !== undefined) {
    await clock.run(() => clock.now() >= second.atMs, second.atMs);
    begin(never, null);
  }
  await clock.run(everyoneIsOver, clock.now() + LIMIT_MS);
  if (kill !== undefined) {
    begin(never, null);
    await clock.run(everyoneIsOver, clock.now() + LIMIT_MS);
  }
  const runs = deployers.map(({ ended }) => ended);
  return { world, runs, events, effects, violations, steps: deployers[0]?.steps ?? 0, endedAt: clock.now() };
}

/** Lets the world go on by itself, with no deployer: leases end, checks go on. */
export async function settle(simulated: Pick<Simulated, "world">, ms: Milliseconds): Promise<void> {
  const { clock } = simulated.world;
  const until = clock.now() + ms;
  await clock.run(() => clock.now() >= until, until);
}

function worldOf(scenario: Scenario): World {
  const instances = instancesOf(scenario);
  const keysOf = (some: typeof instances) =>
    some.flatMap((instance) => instance.slots.map((slot) => slotKey(instance.id, slot)));
  const world = createWorld(
    new VirtualClock(),
    {
      ...scenario,
      backOffMs: 1_000,
      behaviour: (release) => (release === NEW ? scenario.new : scenario.old),
    },
    keysOf(instances),
    keysOf(instances.filter((instance) => !instance.balanced)),
  );
  scenario.instances.forEach((what, index) => {
    const slot = world.slots.get(`api-${index + 1}/a`);
    const release = placedAt(what);
    if (slot !== undefined && release !== null) place(world, slot, release);
  });
  startChecks(world);
  return world;
}

/** Every effect is written down and held against every invariant, just before it happens. */
function watch(world: World, scenario: Scenario) {
  const effects: Witnessed[] = [];
  const violations: Violation[] = [];
  const goal = goalOf(scenario, leaseToken("anybody"));
  let faultAt = -Infinity;
  world.watch = (effect) => {
    const at = world.clock.now();
    if (isDisturbance(effect, world)) faultAt = at;
    const slot = effect.slot === null ? undefined : world.slots.get(effect.slot);
    effects.push({ ...effect, at, run: slot?.process?.run ?? null });
    for (const [invariant, holds] of Object.entries(INVARIANTS)) {
      const detail = holds({ world, goal, effect, sinceFaultMs: at - faultAt });
      if (detail !== null) violations.push({ at, invariant, detail });
    }
  };
  return { effects, violations };
}

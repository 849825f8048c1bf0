import type { LeaseToken } from "../fleet/ids.ts";
import { leaseToken } from "../fleet/ids.ts";
import type { Instant } from "../fleet/time.ts";
import { keepLease, LEASE_TTL_MS } from "../rollout/keep-lease.ts";
import { rollOut, type Ended } from "../rollout/roll-out.ts";
import type { RolloutEvent } from "../rollout/rollout-event.ts";
import { INVARIANTS, type Violation } from "./invariants.ts";
import { crash, place, restartBalancer, startChecks } from "./physics.ts";
import { goalOf, NEW, OLD, slotsOf, type Fault, type Rules, type Scenario } from "./scenario.ts";
import { simulatedBalancer, simulatedDrain, simulatedLease } from "./simulated-ports.ts";
import { simulatedRuntime } from "./simulated-runtime.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { createWire, type Mishap } from "./wire.ts";
import { createWorld, type World } from "./world.ts";

/** What came of one scenario. */
export interface Simulated {
  readonly world: World;
  /** One entry a deployer: how it ended, or null where it was killed or did not end in time. */
  readonly runs: readonly (Ended | null)[];
  readonly events: readonly RolloutEvent[];
  readonly violations: readonly Violation[];
  /** How many places there were to kill the first deployer at. */
  readonly steps: number;
  readonly endedAt: Instant;
}

/** The longest that a run may take in simulated time: far more than any deadline in it. */
const LIMIT_MS = 3_600_000;

/** Plays a scenario: the real loop and the real rules against the simulated world. */
export async function simulate(scenario: Scenario, rules?: Rules): Promise<Simulated> {
  const clock = new VirtualClock();
  const world = createWorld(
    clock,
    { ...scenario, backOffMs: 1_000, behaviour: behaviourOf(scenario) },
    slotsOf(scenario),
  );
  const violations: Violation[] = [];
  const events: RolloutEvent[] = [];
  let faultAt = -Infinity;
  let goal = goalOf(scenario, leaseToken("nobody"));

  scenario.instances.forEach((content, index) => {
    const slot = world.slots.get(slotsOf(scenario)[index * 2] ?? "none/a");
    if (slot !== undefined && content !== "empty") place(world, slot, content === "old" ? OLD : NEW);
  });
  startChecks(world);
  world.watch = (effect) => {
    if (effect.by !== "order") faultAt = isDisturbance(effect) ? clock.now() : faultAt;
    for (const [invariant, holds] of Object.entries(INVARIANTS)) {
      const detail = holds({ world, goal, effect, sinceFaultMs: clock.now() - faultAt });
      if (detail !== null) violations.push({ at: clock.now(), invariant, detail });
    }
  };

  const interrupt = new AbortController();
  const gone = { balancer: false };
  for (const fault of scenario.faults) arm(fault, world, interrupt, gone);

  const kill = scenario.faults.find((fault) => fault.kind === "kill");
  const runs: (Ended | null)[] = [];
  let steps = 0;
  for (const attempt of kill === undefined ? [0] : [0, 1]) {
    const isFirst = attempt === 0;
    let killed = false;
    const wire = createWire(clock, {
      delayMs: (call) => scenario.delaysMs[call % scenario.delaysMs.length] ?? 1,
      mishap: (call) => mishapOf(scenario, call),
      onStep: (step) => {
        if (isFirst) steps = step + 1;
        if (!isFirst || kill === undefined || step !== kill.step) return;
        killed = true;
        wire.kill();
      },
    });
    let ended: Ended | null = null;
    let finished = false;
    const deployer = async (token: LeaseToken): Promise<void> => {
      goal = goalOf(scenario, token);
      const lease = simulatedLease(world, wire, "deployer");
      const keeper = keepLease(lease, token, clock);
      const balancer = simulatedBalancer(world, wire);
      const observe: typeof balancer.observe = (signal) =>
        gone.balancer ? wire.call(() => unreachable()) : balancer.observe(signal);
      ended = await rollOut(
        goal,
        {
          runtime: simulatedRuntime(world, wire),
          drain: simulatedDrain(world, wire),
          balancers: [{ ...balancer, observe }],
          lease: keeper,
          clock,
          events: { emit: (event) => void events.push(event) },
        },
        { interrupt: interrupt.signal, pollMs: scenario.pollMs, ...(rules === undefined ? {} : { rules }) },
      );
      await keeper.end();
      finished = true;
    };
    void (async () => {
      const lease = simulatedLease(world, wire, "deployer");
      for (;;) {
        const acquired = await lease.acquire(LEASE_TTL_MS, new AbortController().signal).catch(() => null);
        if (acquired?.kind === "held") return await deployer(acquired.token);
        await clock.sleep(1_000);
      }
    })();
    await clock.run(() => finished || killed, clock.now() + LIMIT_MS);
    runs.push(killed ? null : ended);
  }
  const endedAt = clock.now();
  return { world, runs, events, violations, steps, endedAt };
}

/** Lets the world go on by itself, with no deployer: leases end, checks go on. */
export async function settle(simulated: Simulated, ms: number): Promise<void> {
  const { clock } = simulated.world;
  const until = clock.now() + ms;
  await clock.run(() => clock.now() >= until, until);
}

function behaviourOf(scenario: Scenario): World["settings"]["behaviour"] {
  return (release) => (release === NEW ? scenario.new : scenario.old);
}

function mishapOf(scenario: Scenario, call: number): Mishap {
  if (!scenario.cuts.includes(call)) return "none";
  return call % 2 === 0 ? "cut before" : "cut after";
}

/** Instances that go out without an order: whoever looked just before could not know. */
function isDisturbance(effect: { readonly by: string; readonly what: string }): boolean {
  return effect.by === "fault" || effect.what === "crash" || effect.what === "out of rotation";
}

function arm(fault: Fault, world: World, interrupt: AbortController, gone: { balancer: boolean }): void {
  if (fault.kind === "kill") return;
  const slots = [...world.slots.values()];
  world.clock.after(fault.atMs, () => {
    switch (fault.kind) {
      case "crash": {
        const slot = slots[fault.slot % slots.length];
        if (slot !== undefined) crash(world, slot, "fault");
        break;
      }
      case "balancer restart":
        restartBalancer(world, fault.node % world.nodes.length);
        break;
      case "balancer gone":
        gone.balancer = true;
        break;
      case "lease stolen":
        world.lease = { token: leaseToken("thief"), expiresAt: world.clock.now() + LEASE_TTL_MS };
        world.watch({ by: "fault", what: "lease stolen", slot: null });
        break;
      case "operator drains": {
        const slot = slots[fault.slot % slots.length];
        const now = world.clock.now();
        if (slot?.process == null) break;
        slot.drain = { id: "d-operator", by: "operator", since: now, endsAt: Infinity };
        world.watch({ by: "fault", what: "operator drains", slot: slot.key });
        break;
      }
      case "interrupt":
        interrupt.abort();
        break;
    }
  });
}

function unreachable(): never {
  throw new Error("connection refused");
}

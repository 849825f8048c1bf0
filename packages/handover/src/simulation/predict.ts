import { known } from "../fleet/fact.ts";
import type { ReleaseName } from "../fleet/ids.ts";
import { slotKey, type SlotKey } from "../fleet/instance.ts";
import type { SlotContent } from "../fleet/slot-content.ts";
import type { Instant, Milliseconds } from "../fleet/time.ts";
import type { HealthSettings } from "../health/settings.ts";
import type { Halt } from "../rollout/decision.ts";
import { floorOf, type Goal } from "../rollout/goal.ts";
import type { RolloutEvent } from "../rollout/rollout-event.ts";
import { rollOut } from "../rollout/roll-out.ts";
import { place, startChecks } from "./physics.ts";
import { simulatedDrain } from "./simulated-drain.ts";
import { simulatedBalancer } from "./simulated-ports.ts";
import { simulatedRuntime } from "./simulated-runtime.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { createWire } from "./wire.ts";
import { createWorld } from "./world.ts";
import { LEASE_TTL_MS } from "../rollout/deadlines.ts";

/** What a prediction starts from: the fleet as it is, and what is known of earlier deploys. */
export interface Forecast {
  readonly goal: Goal;
  /** What each slot holds now; a slot that is left out is empty. */
  readonly contents: Readonly<Record<SlotKey, SlotContent>>;
  readonly health: HealthSettings;
  /** How long a new instance takes until its health path passes. */
  readonly startUpMs: Milliseconds;
  /** How long requests are still under way after a slot has left rotation. */
  readonly requestMs: Milliseconds;
  readonly stopMs: Milliseconds;
  readonly startDeadlineMs: Milliseconds;
  readonly pollMs: Milliseconds;
}

export interface Predicted {
  /** Why the deploy would end without reaching its goal: it would be refused. */
  readonly halt: Halt | null;
  readonly durationMs: Milliseconds;
  /** The fewest in rotation; from the moment when the floor was first reached where less served at the start. */
  readonly minimum: number;
  readonly events: readonly RolloutEvent[];
}

/** A deploy of a day would be more than anybody waits for. */
const LIMIT_MS: Milliseconds = 86_400_000;

/** Runs the deploy in the simulated world, where nothing goes wrong: the same rules and the same loop as the real one. */
export async function predict(forecast: Forecast): Promise<Predicted | null> {
  const { goal, contents, health } = forecast;
  const clock = new VirtualClock();
  const keys = goal.instances.flatMap((instance) => instance.slots.map((slot) => slotKey(instance.id, slot)));
  const world = createWorld(
    clock,
    {
      ...forecast,
      phasesMs: [health.intervalMs / 2],
      drainVia: "told",
      backOffMs: 1_000,
      behaviour: () => ({ startUpMs: forecast.startUpMs }),
    },
    keys,
  );
  for (const slot of world.slots.values()) {
    const release = runningRelease(contents[slot.key]);
    if (release !== null) place(world, slot, release);
  }
  startChecks(world);
  world.lease = { token: goal.token, expiresAt: LIMIT_MS + LEASE_TTL_MS };

  const events: RolloutEvent[] = [];
  const wire = createWire(clock, { delayMs: () => 2 });
  let isDone = false;
  const run = rollOut(
    goal,
    {
      runtime: simulatedRuntime(world, wire),
      drain: simulatedDrain(world, wire),
      balancers: [simulatedBalancer(world, wire)],
      lease: { state: () => known("held", clock.now()) },
      clock,
      events: { emit: (event) => void events.push(event) },
    },
    { interrupt: new AbortController().signal, pollMs: forecast.pollMs },
  ).then((ended) => {
    isDone = true;
    return ended;
  });
  if (!(await clock.run(() => isDone, LIMIT_MS))) return null;
  const { halt } = await run;
  return { halt, durationMs: Math.round(clock.now()), minimum: fewest(events, floorOf(goal)), events };
}

function runningRelease(content: SlotContent | undefined): ReleaseName | null {
  return content?.kind === "running" ? content.release : null;
}

function fewest(events: readonly RolloutEvent[], floor: number): number {
  const counts = events.flatMap((event) => (event.kind === "fleet" ? [event] : []));
  const from: Instant = counts.find((event) => event.inRotation >= floor)?.at ?? Infinity;
  return Math.min(...counts.filter((event) => event.at >= from).map((event) => event.inRotation), Infinity);
}

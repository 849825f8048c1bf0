import { expect, test } from "vitest";
import { instanceId, leaseToken, releaseName, runId } from "../fleet/ids.ts";
import { VirtualClock } from "../simulation/virtual-clock.ts";
import type { Action } from "./action.ts";
import { perform } from "./perform.ts";
import type { RolloutPorts } from "./ports.ts";
import { refusing } from "./ports-for-tests.ts";
import type { RolloutEvent } from "./rollout-event.ts";
import { goalFor } from "./worlds-for-tests.ts";
import { ACT_DEADLINE_MS, DRAIN_LEASE_MS } from "./deadlines.ts";

const at = { instance: instanceId("api-1"), slot: "a" } as const;
const drains = [{ via: "balancer", id: "d-1", at: "lb" }] as const;
const release = releaseName("new");
const run = runId("old 1");
const goal = { ...goalFor({}), token: leaseToken("us") };
const guard = { token: "us", slot: "api-1/a", notAfterMs: ACT_DEADLINE_MS };

const orders: readonly (readonly [Action, readonly unknown[]])[] = [
  [{ kind: "drain", ...at }, ["hold", "api-1/a", "us", DRAIN_LEASE_MS]],
  [{ kind: "undrain", ...at }, ["end", "api-1/a"]],
  [{ kind: "start", ...at, release }, ["start", { ...guard, release }]],
  [{ kind: "stop", ...at, run, drains, cut: 0 }, ["stop", { ...guard, run, drains }]],
  [{ kind: "swap", ...at, run, drains, cut: 2, release }, ["swap", { ...guard, run, drains, release }]],
];

for (const [action, order] of orders)
  test(`${action.kind} is one order with everything that must still hold`, async () => {
    const sent: unknown[][] = [];
    const note =
      (name: string) =>
      async (...args: unknown[]): Promise<void> =>
        void sent.push([name, ...args.slice(0, -1)]);
    const told = await performed(action, (ports) => ({
      ...ports,
      runtime: { ...ports.runtime, start: note("start"), stop: note("stop"), swap: note("swap") },
      drain: { ...ports.drain, hold: note("hold"), end: note("end") },
    }));
    expect(sent).toEqual([order]);
    expect(told).toEqual([{ kind: "action", at: 0, action, outcome: "accepted", why: null }]);
  });

test("an order that is refused is told, and throws nothing: the next look says what has become of it", async () => {
  const told = await performed({ kind: "drain", ...at }, (ports) => ports);
  expect(told).toMatchObject([{ outcome: "unclear", why: "connection refused" }]);
});

test("an order without an answer ends after five seconds", async () => {
  const told = await performed({ kind: "undrain", ...at }, (ports) => ({
    ...ports,
    drain: { ...ports.drain, end: () => new Promise(() => undefined) },
  }));
  expect(told).toMatchObject([
    { at: ACT_DEADLINE_MS, outcome: "unclear", why: "undrain took longer than 5 s" },
  ]);
});

async function performed(action: Action, change: (ports: RolloutPorts) => RolloutPorts) {
  const clock = new VirtualClock();
  const told: RolloutEvent[] = [];
  const ports = change({ ...refusing(clock), events: { emit: (event) => void told.push(event) } });
  const work = perform(action, goal, ports);
  await clock.run(() => told.length > 0, 60_000);
  await work;
  return told;
}

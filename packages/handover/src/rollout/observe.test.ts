import { expect, test } from "vitest";
import { known } from "../fleet/fact.ts";
import { balancerId } from "../fleet/ids.ts";
import { VirtualClock } from "../simulation/virtual-clock.ts";
import { observe } from "./observe.ts";
import type { RolloutPorts } from "./ports.ts";
import { refusing } from "./ports-for-tests.ts";
import { OBSERVE_DEADLINE_MS } from "./deadlines.ts";

const state = { content: { kind: "empty" }, failure: null, orderedBy: null, previous: null } as const;

async function lookWith(ports: Partial<RolloutPorts>, clock: VirtualClock = new VirtualClock()) {
  const look = observe({ ...refusing(clock), ...ports });
  let isDone = false;
  void look.then(() => (isDone = true));
  await clock.run(() => isDone, 60_000);
  return { observed: await look, tookMs: clock.now() };
}

test("each fact is as old as the moment before it was asked for", async () => {
  const clock = new VirtualClock();
  const runtime = {
    ...refusing(clock).runtime,
    observe: async () => {
      await clock.sleep(700);
      return { "api-1/a": state };
    },
  } as const;
  const { observed } = await lookWith({ runtime }, clock);
  expect(observed.slots).toEqual({ "api-1/a": known(state, 0) });
});

test("what fails to answer is unknown, with the reason, and takes nothing else with it", async () => {
  const clock = new VirtualClock();
  const drain = { ...refusing(clock).drain, observe: async () => ({ "api-1/a": { held: [], inFlight: 2 } }) };
  const { observed } = await lookWith({ drain }, clock);
  expect(observed.slots).toEqual({});
  expect(observed.balancers).toEqual([{ kind: "unknown", why: "connection refused" }]);
  expect(observed.drains["api-1/a"]).toMatchObject({ value: { inFlight: 2 } });
});

test("who does not answer within two seconds is unknown, and is told to stop trying", async () => {
  const clock = new VirtualClock();
  let isAborted = false;
  const hanging = {
    ...refusing(clock).balancers[0],
    id: balancerId("lb"),
    settings: () => Promise.reject(new Error("not asked")),
    observe: (signal: AbortSignal) => {
      signal.addEventListener("abort", () => (isAborted = true));
      return new Promise<never>(() => undefined);
    },
  };
  const { observed, tookMs } = await lookWith({ balancers: [hanging] }, clock);
  expect(tookMs).toBe(OBSERVE_DEADLINE_MS);
  expect(observed.balancers).toEqual([
    { kind: "unknown", why: "asking the load balancer lb took longer than 2 s" },
  ]);
  expect(isAborted).toBe(true);
});

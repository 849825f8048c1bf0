import { expect, test } from "vitest";
import { calm } from "../simulation/scenario.ts";
import { simulate } from "../simulation/simulate.ts";
import type { RolloutEvent } from "./rollout-event.ts";

/** `api-1: start join(told) ...`: the steps that have ended, with their evidence. */
function stepsOf(events: readonly RolloutEvent[], instance: string): readonly string[] {
  return events.flatMap((event) =>
    event.kind === "step" && event.edge === "end" && event.instance === instance
      ? [event.evidence === null ? event.step : `${event.step} (${event.evidence})`]
      : [],
  );
}

test("start-first tells start, join, prove, drain and stop, with what proved it", async () => {
  const { events } = await simulate({ ...calm, stopMs: 500 });
  for (const id of ["api-1", "api-2", "api-3"])
    expect(stepsOf(events, id)).toEqual(["start", "join (told)", "prove (told)", "drain (told)", "stop"]);
});

test("stop-first tells drain, swap, join and prove", async () => {
  const { events } = await simulate({ ...calm, strategy: "stop-first" });
  for (const id of ["api-1", "api-2", "api-3"])
    expect(stepsOf(events, id)).toEqual(["drain (told)", "swap", "join (told)", "prove (told)"]);
});

test("going back is one step, whatever it takes", async () => {
  const sick = { startUpMs: 300, unhealthyAfterMs: 2_000 };
  const { events } = await simulate({ ...calm, minHealthyTimeMs: 5_000, new: sick });
  expect(stepsOf(events, "api-1")).toEqual(["start", "join (told)", "prove", "restore (told)"]);
});

test("every step that begins ends, and one instance is at one step at a time", async () => {
  for (const strategy of ["start-first", "stop-first"] as const) {
    const { events } = await simulate({ ...calm, strategy });
    const open = new Map<string, string>();
    for (const event of events) {
      if (event.kind !== "step") continue;
      expect(open.get(event.instance)).toBe(event.edge === "begin" ? undefined : event.step);
      if (event.edge === "begin") open.set(event.instance, event.step);
      else open.delete(event.instance);
    }
    expect(open.size).toBe(0);
  }
});

test("nothing is told twice: each view of the fleet and each set of reasons differs from the one before", async () => {
  const { events } = await simulate({ ...calm, requestMs: 4_000 });
  for (const kind of ["fleet", "wait"] as const) {
    const told = events
      .filter((event) => event.kind === kind)
      .map((event) =>
        JSON.stringify(
          event.kind === "wait"
            ? event.waits.map(({ instance, slot, what }) => [instance, slot, what])
            : { ...event, at: 0 },
        ),
      );
    expect(told.length).toBeGreaterThan(5);
    expect(told.filter((one, index) => one === told[index - 1])).toEqual([]);
  }
});

test("the end is told once, and last", async () => {
  const { events } = await simulate(calm);
  expect(events.filter(({ kind }) => kind === "ended")).toEqual([events.at(-1)]);
});

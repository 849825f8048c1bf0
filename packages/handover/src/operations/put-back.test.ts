import { expect, test } from "vitest";
import { known } from "../fleet/fact.ts";
import { releaseName, runId } from "../fleet/ids.ts";
import type { SlotKey } from "../fleet/instance.ts";
import type { SlotContent } from "../fleet/slot-content.ts";
import { systemClock } from "../adapters/clock/system.ts";
import type { RolloutPorts } from "../rollout/ports.ts";
import { refusing } from "../rollout/ports-for-tests.ts";
import { putBackDrained } from "./put-back.ts";

const one = { release: releaseName("one"), run: runId("1:1"), forMs: 10 };
const running: SlotContent = { kind: "running", ...one, startUpMs: 5, restarts: 0 };
const stopping: SlotContent = { kind: "stopping", ...one };
const swapping: SlotContent = { kind: "swapping", from: one.release, to: releaseName("two"), forMs: 10 };

/** Which slots are put back of those that hold these, all of them drained. */
async function putBack(
  contents: Readonly<Record<SlotKey, SlotContent>> | null,
  lease: "held" | "lost" = "held",
): Promise<readonly SlotKey[]> {
  const ended: SlotKey[] = [];
  const deaf = refusing(systemClock);
  const drained = { held: [], inFlight: 0 };
  const states = Object.entries(contents ?? {}).map(([slot, content]) => [
    slot,
    { content, failure: null, orderedBy: null, previous: null },
  ]);
  const ports: RolloutPorts = {
    ...deaf,
    lease: { state: () => known(lease, systemClock.now()) },
    runtime:
      contents === null ? deaf.runtime : { ...deaf.runtime, observe: async () => Object.fromEntries(states) },
    drain: {
      ...deaf.drain,
      observe: async () => ({ "api-1/a": drained, "api-2/a": drained, "api-3/a": drained }),
      end: async (slot) => void ended.push(slot),
    },
  };
  await putBackDrained(ports);
  return ended;
}

test("what is being ended or replaced stays out of rotation; everything else is put back", async () => {
  expect(await putBack({ "api-1/a": running, "api-2/a": stopping, "api-3/a": swapping })).toEqual([
    "api-1/a",
  ]);
});

test("where the host does not say what it is about to end, drains are left to end by themselves", async () => {
  expect(await putBack(null)).toEqual([]);
});

test("what another deploy has drained since the lease was lost is left alone", async () => {
  expect(await putBack({ "api-1/a": running }, "lost")).toEqual([]);
});

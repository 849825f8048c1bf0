import { expect, test } from "vitest";
import { broken } from "./broken.ts";
import { calm, type Scenario } from "./scenario.ts";

/** Worlds that random search found and that broke a promise once: what each taught, kept for ever. */

const plain: Scenario = {
  ...calm,
  minHealthyTimeMs: 500,
  longestRequestMs: 2_000,
  health: { ...calm.health, unhealthyThreshold: 1, healthyThreshold: 1 },
  phasesMs: [0],
  requestMs: 0,
  lateMs: 0,
  startDeadlineMs: 8_000,
  stopMs: 1,
  pollMs: 100,
  new: { startUpMs: 50 },
  delaysMs: [1],
};

const lessons: Readonly<Record<string, Partial<Scenario>>> = {
  "one look that fails has lost nobody: what was drained is not put back and drained again": {
    instances: ["surplus", "old", "old"],
    cuts: [47],
  },
  "a fleet of which nothing is configured any more has no floor, and is emptied": { instances: ["surplus"] },
  "the idle second is measured to when the instance was asked, not to when its answer is used": {
    onFailure: "rollback",
    health: { ...plain.health, healthyThreshold: 3 },
    requestMs: 1_500,
    lateMs: 900,
    pollMs: 500,
    instances: ["old", "old"],
    new: { startUpMs: 300, exitsAfterMs: 3_056 },
    delaysMs: [211],
  },
  "a dead deploy's drain that ends between two looks lets one more request in: the idle second begins anew": {
    requestMs: 5_000,
    lateMs: 900,
    instances: ["old", "new"],
    faults: [{ kind: "kill", step: 47 }],
    delaysMs: [1, 59, 123, 298, 49],
    cuts: [8],
  },
  "a failed release that exits again and again is ended while it is down, not drained each time that it is up":
    {
      strategy: "stop-first",
      minHealthyTimeMs: 5_000,
      drainVia: "service",
      requestMs: 1_500,
      stopMs: 240,
      instances: ["kept", "old"],
      new: { startUpMs: 300, exitsAfterMs: 1_455 },
      faults: [{ kind: "kill", step: 188 }],
      delaysMs: [295, 126, 13],
    },
  "an interruption decides once: the balancer's view of an old one that is leaving does not turn it round": {
    minHealthyTimeMs: 2_000,
    health: { ...calm.health, intervalMs: 2_000, healthyThreshold: 3 },
    drainVia: "service",
    instances: ["old"],
    faults: [{ kind: "interrupt", atMs: 11_614 }],
    delaysMs: [193],
  },
  "a lease that was taken away is noticed soon, also when the first renewal after that gets no answer": {
    minHealthyTimeMs: 5_000,
    pollMs: 500,
    instances: ["old"],
    new: { startUpMs: 2_213 },
    faults: [{ kind: "lease stolen", atMs: 1_289 }],
    delaysMs: [245, 199],
    cuts: [2, 23],
  },
  "a rollback that has begun is not turned round by an interruption": {
    strategy: "stop-first",
    maxUnavailable: 2,
    onFailure: "rollback",
    minHealthyTimeMs: 5_000,
    longestRequestMs: 10_000,
    requestMs: 5_000,
    instances: ["old", "kept", "old"],
    new: { startUpMs: 300, unhealthyAfterMs: 324 },
    faults: [{ kind: "interrupt", atMs: 8_173 }],
    delaysMs: [50, 112, 218, 230],
  },
  "a run does not end while what it has just ordered is out of sight": {
    maxUnavailable: 2,
    instances: ["old", "old"],
    faults: [{ kind: "interrupt", atMs: 3 }],
    cuts: [6],
  },
};

for (const [lesson, world] of Object.entries(lessons))
  test(`kept: ${lesson}`, async () => {
    expect(await broken({ ...plain, ...world })).toEqual([]);
  });

import { describe, expect, it } from "vitest";
import type { RolloutEvent } from "../../rollout/rollout-event.ts";
import {
  ended,
  exampleFacts,
  exampleRun,
  failure,
  firstRun,
  fleetEvent,
  instanceView,
  measurement,
  NEW,
  OLD,
  ONE,
  sample,
  slotView,
  TWO,
  untouchedOne,
  untouchedTwo,
} from "../example-run.ts";
import { buildReport, type ReportInput } from "./build-report.ts";
import { exitStatus } from "./exit-status.ts";
import type { Report } from "./report.ts";

/** The run's clock at 1,000 is midnight. */
const wallOffsetMs = Date.parse("2026-11-02T00:00:00.000Z") - 1_000;

function report(input: Partial<ReportInput> = {}): Report {
  return buildReport({
    facts: exampleFacts,
    events: exampleRun,
    probe: measurement(),
    wallOffsetMs,
    controlLostAt: [],
    ...input,
  });
}

const startTwo: RolloutEvent = {
  kind: "action",
  at: 1_100,
  action: { kind: "start", instance: TWO, slot: "b", release: NEW },
  outcome: "accepted",
  why: null,
};

const failed = {
  kind: "failed",
  instance: TWO,
  why: "exited with status 1 after 80 ms",
  log: ["Error: no"],
} as const;

describe("the report", () => {
  it("of a deploy that went well says so with every stable field", () => {
    const { startedAt, waits, cuts, ...told } = report();
    const { latency, repeated, late, skipped, notCounted, failures, ...requests } = told.requests;
    const { overTime, ...rotation } = told.rotation;
    const [one] = told.instances;
    expect({ ...told, requests, rotation, instances: one }).toEqual({
      kind: "report",
      at: "2026-11-02T00:00:04.100Z",
      outcome: "done",
      service: "api",
      environment: "local",
      from: OLD,
      to: NEW,
      durationMs: 4_100,
      requests: { total: 4_012, failed: 0, cut: 0, longestGapMs: 6, p50Ms: 2.1, p99Ms: 9.8 },
      rotation: { floor: 1, minimum: 2 },
      predicted: { durationMs: 4_000, minimum: 2 },
      instances: {
        id: "api-1",
        host: "this machine",
        from: OLD,
        to: NEW,
        runs: NEW,
        inRotation: true,
        outcome: "replaced",
        steps: [
          stepAt("start", "00.100", 500, null),
          stepAt("join", "00.600", 500, "told"),
          stepAt("drain", "01.600", 400, "told"),
          stepAt("stop", "02.000", 100, null),
        ],
      },
      halt: null,
    });
    expect(startedAt).toBe("2026-11-02T00:00:00.000Z");
    expect({ cuts, failures, notCounted, overTime, repeated, late, skipped }).toEqual({
      cuts: [],
      failures: [],
      notCounted: { before: 0, network: 0 },
      overTime: [[0, 2]],
      repeated: 0,
      late: 0,
      skipped: 0,
    });
    expect(latency.during.p99Ms).toBe(9.8);
    expect(waits).toEqual([
      { instance: "api-1", what: "in rotation", startedAt: iso("00.600"), durationMs: 500, evidence: "told" },
      { instance: "api-2", what: "in rotation", startedAt: iso("02.600"), durationMs: 500, evidence: "told" },
    ]);
  });

  it("is a JSON value that reads back as it was", () => {
    const told = report();
    expect(JSON.parse(JSON.stringify(told))).toEqual(told);
  });

  it("counts the smallest number in rotation from the first action", () => {
    const out = instanceView(ONE, slotView("a", OLD, { inRotation: false }), slotView("b", null));
    const events = [
      fleetEvent(500, out, untouchedTwo),
      fleetEvent(1_000, untouchedOne, untouchedTwo),
      startTwo,
      ended(1_200),
    ];
    expect(report({ events }).rotation).toEqual({
      floor: 1,
      minimum: 2,
      overTime: [
        [0, 1],
        [500, 2],
      ],
    });
    const lost = [...events.slice(0, 3), fleetEvent(1_150, out, untouchedTwo), ended(1_200)];
    expect(report({ events: lost }).rotation.minimum).toBe(1);
  });

  it("of a first deploy counts rotation, requests and gaps from when the floor was reached", () => {
    const probe = measurement({
      total: 500,
      failures: [failure(1_500, "status 503", { count: 300 }), failure(2_100, "status 503")],
      samples: [
        sample(2_250, { gap: { from: 900, to: 2_040 } }),
        sample(2_500, { gap: { from: 2_050, to: 2_060 } }),
      ],
    });
    const told = report({ events: firstRun, probe, facts: { ...exampleFacts, from: null } });
    expect(told.rotation.minimum).toBe(1);
    expect(told.requests).toMatchObject({
      total: 200,
      failed: 1,
      longestGapMs: 40,
      notCounted: { before: 300, network: 0 },
    });
    expect(told.instances.map(({ from, outcome }) => [from, outcome])).toEqual([
      [null, "replaced"],
      [null, "replaced"],
    ]);
  });

  it("says which requests a drain deadline cut off, once even if the stop was asked for twice", () => {
    const stop: RolloutEvent = {
      kind: "action",
      at: 1_200,
      action: { kind: "stop", instance: ONE, slot: "a", run: null, drains: [], cut: 3 },
      outcome: "unclear",
      why: "timeout",
    };
    const told = report({
      events: [fleetEvent(1_000, untouchedOne), stop, { ...stop, at: 1_300 }, ended(1_400)],
    });
    expect(told.requests.cut).toBe(3);
    expect(told.cuts).toEqual([{ instance: "api-1", at: iso("00.300"), requests: 3 }]);
  });

  it("tells replaced, kept, restored and failed instances apart", () => {
    const outcomes = (events: readonly RolloutEvent[]): Record<string, string> =>
      Object.fromEntries(report({ events }).instances.map(({ id, outcome }) => [id, outcome]));
    const before = fleetEvent(1_000, untouchedOne, untouchedTwo);
    expect(outcomes([before, startTwo, before, ended(2_000, failed)])).toEqual({
      "api-1": "kept",
      "api-2": "restored",
    });
    const down = instanceView(
      TWO,
      slotView("a", null),
      slotView("b", NEW, { content: "exited", inRotation: false }),
    );
    expect(outcomes([before, startTwo, fleetEvent(1_500, untouchedOne, down), ended(2_000, failed)])).toEqual(
      {
        "api-1": "kept",
        "api-2": "failed",
      },
    );
    expect(outcomes(exampleRun)).toEqual({ "api-1": "replaced", "api-2": "replaced" });
  });

  it("lets a step that never ended last until the run did", () => {
    const events: readonly RolloutEvent[] = [
      fleetEvent(1_000, untouchedOne),
      { kind: "step", at: 1_100, instance: ONE, step: "start", edge: "begin" },
      ended(1_500, failed),
    ];
    expect(report({ events }).instances[0]?.steps).toEqual([
      { step: "start", startedAt: iso("00.100"), durationMs: 400, evidence: null, ended: false },
    ]);
  });

  it("says that the run broke off where the loop could not say how it ended", () => {
    const told = report({ events: exampleRun.slice(0, -1) });
    expect(told.outcome).toBe("halted");
    expect(told.halt?.kind).toBe("lost");
  });

  it("is whole without a probe", () => {
    expect(report({ probe: null }).requests).toMatchObject({ total: 0, failed: 0, longestGapMs: 0 });
  });
});

describe("the exit status", () => {
  const halted = (kind: "failed" | "lost" | "refused" | "interrupted"): Report =>
    report({ events: [fleetEvent(1_000, untouchedOne), ended(2_000, { ...failed, kind })] });

  it("is 0 when all promises were kept, and 4 when it is done but requests failed", () => {
    expect(exitStatus(report(), null)).toBe(0);
    expect(exitStatus(report({ probe: measurement({ failures: [failure(2_000)] }) }), null)).toBe(4);
  });

  it("is 1 when a release failed, 5 when something else was lost, 3 when it was refused", () => {
    expect(exitStatus(halted("failed"), null)).toBe(1);
    expect(exitStatus(halted("lost"), null)).toBe(5);
    expect(exitStatus(halted("refused"), null)).toBe(3);
  });

  it("is 130 or 143 when it was interrupted, whatever else went wrong", () => {
    expect(exitStatus(halted("interrupted"), "SIGINT")).toBe(130);
    expect(exitStatus(halted("interrupted"), "SIGTERM")).toBe(143);
    expect(exitStatus(halted("failed"), "SIGTERM")).toBe(143);
    expect(exitStatus(halted("refused"), "SIGINT")).toBe(3);
  });

  it("is 0 when the signal came too late to change anything", () => {
    expect(exitStatus(report(), "SIGINT")).toBe(0);
  });
});

function iso(secondsAndMs: string): string {
  return `2026-11-02T00:00:${secondsAndMs}Z`;
}

function stepAt(step: string, at: string, durationMs: number, evidence: string | null): object {
  return { step, startedAt: iso(at), durationMs, evidence, ended: true };
}

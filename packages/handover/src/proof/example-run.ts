import { hostId, instanceId, releaseName, type InstanceId, type ReleaseName } from "../fleet/ids.ts";
import type { Evidence } from "../fleet/rotation.ts";
import type { Instant } from "../fleet/time.ts";
import type { Halt } from "../rollout/decision.ts";
import type { InstanceView, RolloutEvent, SlotView, StepName } from "../rollout/rollout-event.ts";
import type { MeasuredFailure, MeasuredSample, Measurement } from "./measurement.ts";
import type { ReportFacts } from "./report/build-report.ts";

/** Runs to test renderers with: two instances, start-first, replaced one after the other. Instants are milliseconds. */
export const OLD: ReleaseName = releaseName("sha-1a2b3c4.9f02");
export const NEW: ReleaseName = releaseName("sha-5d6e7f8.9f02");
export const ONE: InstanceId = instanceId("api-1");
export const TWO: InstanceId = instanceId("api-2");

export const exampleFacts: ReportFacts = {
  service: "api",
  environment: "local",
  from: OLD,
  to: NEW,
  floor: 1,
  predicted: { durationMs: 4_000, minimum: 2 },
  instances: [ONE, TWO].map((id) => ({ id, host: hostId("this machine"), release: NEW, balanced: true })),
};

export function slotView(
  slot: "a" | "b",
  release: ReleaseName | null,
  more: Partial<SlotView> = {},
): SlotView {
  const content = release === null ? "empty" : "running";
  const settled: SlotView = {
    slot,
    content,
    release,
    inRotation: release !== null,
    draining: false,
    inFlight: 0,
  };
  return { ...settled, ...more };
}

export function instanceView(id: InstanceId, ...slots: readonly SlotView[]): InstanceView {
  return { id, inRotation: slots.some((slot) => slot.inRotation), slots };
}

export function fleetEvent(at: Instant, ...instances: readonly InstanceView[]): RolloutEvent {
  const inRotation = instances.filter((view) => view.inRotation).length;
  return { kind: "fleet", at, floor: 1, inRotation, instances };
}

export function step(
  instance: InstanceId,
  name: StepName,
  from: Instant,
  to: Instant,
  evidence: Evidence | null = null,
): readonly RolloutEvent[] {
  const about = { kind: "step", instance, step: name } as const;
  return [
    { ...about, at: from, edge: "begin" },
    { ...about, at: to, edge: "end", evidence },
  ];
}

export function ended(at: Instant, halt: Halt | null = null): RolloutEvent {
  return { kind: "ended", at, halt };
}

/** One instance start-first: `b` starts, joins, proves itself; `a` drains and stops. Takes 2 s. */
function replaced(id: InstanceId, at: Instant, fleet: (at: Instant, view: InstanceView) => RolloutEvent) {
  const old = slotView("a", OLD);
  const started = slotView("b", NEW, { inRotation: false });
  const starting = slotView("b", NEW, { content: "starting", inRotation: false });
  const leaving = slotView("a", OLD, { inRotation: false, draining: true });
  const events: readonly RolloutEvent[] = [
    {
      kind: "action",
      at,
      action: { kind: "start", instance: id, slot: "b", release: NEW },
      outcome: "accepted",
      why: null,
    },
    fleet(at + 1, instanceView(id, old, starting)),
    ...step(id, "start", at, at + 500),
    fleet(at + 500, instanceView(id, old, started)),
    {
      kind: "wait",
      at: at + 500,
      waits: [{ instance: id, slot: "b", what: "in rotation", until: at + 3_000 }],
    },
    ...step(id, "join", at + 500, at + 1_000, "told"),
    fleet(at + 1_000, instanceView(id, old, slotView("b", NEW))),
    { kind: "wait", at: at + 1_000, waits: [] },
    {
      kind: "action",
      at: at + 1_500,
      action: { kind: "drain", instance: id, slot: "a" },
      outcome: "accepted",
      why: null,
    },
    ...step(id, "drain", at + 1_500, at + 1_900, "told"),
    fleet(at + 1_600, instanceView(id, leaving, slotView("b", NEW))),
    {
      kind: "action",
      at: at + 1_900,
      action: { kind: "stop", instance: id, slot: "a", run: null, drains: [], cut: 0 },
      outcome: "accepted",
      why: null,
    },
    ...step(id, "stop", at + 1_900, at + 2_000),
    fleet(at + 2_000, instanceView(id, slotView("a", null), slotView("b", NEW))),
  ];
  return events.toSorted((one, other) => one.at - other.at);
}

export const untouchedOne: InstanceView = instanceView(ONE, slotView("a", OLD), slotView("b", null));
export const untouchedTwo: InstanceView = instanceView(TWO, slotView("a", OLD), slotView("b", null));
export const replacedOne: InstanceView = instanceView(ONE, slotView("a", null), slotView("b", NEW));

/** Both replaced in 4.1 s; always two in rotation. */
export const exampleRun: readonly RolloutEvent[] = [
  fleetEvent(1_000, untouchedOne, untouchedTwo),
  ...replaced(ONE, 1_100, (at, view) => fleetEvent(at, view, untouchedTwo)),
  ...replaced(TWO, 3_100, (at, view) => fleetEvent(at, replacedOne, view)),
  ended(5_100),
];

/** An empty environment that is filled: one instance is in rotation at 2,000, both at 2,500. */
export const firstRun: readonly RolloutEvent[] = [
  fleetEvent(1_000, emptyView(ONE), emptyView(TWO)),
  ...[ONE, TWO].map((instance): RolloutEvent => ({
    kind: "action",
    at: 1_010,
    action: { kind: "start", instance, slot: "a", release: NEW },
    outcome: "accepted",
    why: null,
  })),
  fleetEvent(2_000, instanceView(ONE, slotView("a", NEW)), emptyView(TWO)),
  fleetEvent(2_500, instanceView(ONE, slotView("a", NEW)), instanceView(TWO, slotView("a", NEW))),
  ended(3_000),
];

function emptyView(id: InstanceId): InstanceView {
  return instanceView(id, slotView("a", null));
}

export function failure(
  at: Instant,
  why = "status 502",
  more: Partial<MeasuredFailure> = {},
): MeasuredFailure {
  return { at, sentAt: at - 5, url: "http://api.test/", why, connection: "new", count: 1, ...more };
}

export function sample(at: Instant, more: Partial<MeasuredSample> = {}): MeasuredSample {
  const latency = { p50Ms: 2.1, p99Ms: 9.8 };
  return { at, sent: 75, failed: 0, latency, gap: null, lastWhy: null, inFlight: 1, ...more };
}

export function measurement(more: Partial<Measurement> = {}): Measurement {
  const latency = { p50Ms: 2.1, p99Ms: 9.8 };
  return {
    total: 4_012,
    failures: [],
    longestGapMs: 6,
    latency: { before: latency, during: latency, after: latency, all: latency },
    samples: [sample(1_000, { gap: { from: 990, to: 996 } })],
    startedAt: 0,
    endedAt: 6_000,
    targets: [],
    repeated: 0,
    late: 0,
    skipped: 0,
    ...more,
  };
}

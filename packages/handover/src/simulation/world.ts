import type { LeaseToken, ReleaseName, RunId } from "../fleet/ids.ts";
import type { SlotKey } from "../fleet/instance.ts";
import type { FailedStart, SlotContent } from "../fleet/slot-content.ts";
import type { Instant, Milliseconds } from "../fleet/time.ts";
import { unchecked, type CheckRun } from "../health/check-run.ts";
import type { HealthSettings } from "../health/settings.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** How a release behaves once it is started. Times are from its start, or from its first passed health path. */
export interface Behaviour {
  readonly startUpMs: Milliseconds;
  /** Exits by itself this long after its start. */
  readonly exitsAfterMs?: Milliseconds;
  /** Never answers its health path. */
  readonly neverHealthy?: boolean;
  /** Answers 503 from this long after it was ready. */
  readonly unhealthyAfterMs?: Milliseconds;
  /** How long an answer on the health path takes. */
  readonly answerMs?: Milliseconds;
}

export interface WorldSettings {
  readonly health: HealthSettings;
  /** When each balancer node begins its checks, one entry a node. */
  readonly phasesMs: readonly Milliseconds[];
  /** `told`: the balancers can be told to drain. `service`: the service refuses its checks instead. */
  readonly drainVia: "told" | "service";
  readonly startDeadlineMs: Milliseconds;
  /** How late the last request arrives that was sent before a slot left rotation; 0 if left out. */
  readonly lateMs?: Milliseconds;
  readonly stopMs: Milliseconds;
  /** How long the longest request takes that is under way when a slot leaves rotation. */
  readonly requestMs: Milliseconds;
  readonly backOffMs: Milliseconds;
  readonly behaviour: (release: ReleaseName) => Behaviour;
}

export interface SimulatedProcess {
  readonly release: ReleaseName;
  readonly run: RunId;
  readonly startedAt: Instant;
  readyAt: Instant | null;
  restarts: number;
}

export interface SimulatedDrain {
  readonly id: string;
  readonly by: string;
  /** The run that drains itself, and with which the drain goes; null where a balancer was told. */
  readonly of: RunId | null;
  readonly since: Instant;
  /** Whether it was sent work when it was drained: then putting it back brings it in again. */
  readonly served: boolean;
  endsAt: Instant;
}

export interface SimulatedSlot {
  readonly key: SlotKey;
  kind: SlotContent["kind"];
  since: Instant;
  process: SimulatedProcess | null;
  /** The release that an `exited` slot will start again, or that a swap leaves. */
  release: ReleaseName | null;
  swapTo: ReleaseName | null;
  failure: FailedStart | null;
  orderedBy: LeaseToken | null;
  previous: ReleaseName | null;
  drain: SimulatedDrain | null;
  /** When the last balancer node stopped sending it requests; requests go on for `requestMs` after it. */
  lastRequestAt: Instant;
  runs: number;
}

/** What one balancer node believes of one slot. */
export interface NodeView {
  checks: CheckRun;
  in: boolean;
  since: Instant;
}

/** The truth of the simulated fleet: processes, drains and what each balancer node believes. Its physics are in `physics.ts`. */
export interface World {
  readonly clock: VirtualClock;
  readonly settings: WorldSettings;
  readonly slots: ReadonlyMap<SlotKey, SimulatedSlot>;
  readonly nodes: readonly { generation: number; since: Instant; readonly views: Map<SlotKey, NodeView> }[];
  lease: { token: LeaseToken; expiresAt: Instant } | null;
  leases: number;
  /** Whether the balancers' views can be read. */
  balancerAnswers: boolean;
  /** Called after everything that changes the world, with what changed it: the invariants watch here. */
  watch: (effect: Effect) => void;
}

/** What happened: by a deployer's order (whose), by the host or the balancer themselves, or by a fault. */
export interface Effect {
  readonly token?: string;
  /** What is started. */
  readonly release?: ReleaseName;
  readonly by: "order" | "world" | "fault";
  readonly what: string;
  readonly slot: SlotKey | null;
}

/** @param unbalanced slots of workers: no balancer knows them */
export function createWorld(
  clock: VirtualClock,
  settings: WorldSettings,
  keys: readonly SlotKey[],
  unbalanced: readonly SlotKey[] = [],
): World {
  const balanced = keys.filter((key) => !unbalanced.includes(key));
  const slots = new Map(
    keys.map((key): [SlotKey, SimulatedSlot] => [
      key,
      {
        key,
        kind: "empty",
        since: 0,
        process: null,
        release: null,
        swapTo: null,
        failure: null,
        orderedBy: null,
        previous: null,
        drain: null,
        lastRequestAt: -Infinity,
        runs: 0,
      },
    ]),
  );
  const nodes = settings.phasesMs.map(() => ({
    generation: 1,
    since: -Infinity,
    views: new Map(
      balanced.map((key): [SlotKey, NodeView] => [key, { checks: unchecked, in: false, since: 0 }]),
    ),
  }));
  return {
    clock,
    settings,
    slots,
    nodes,
    lease: null,
    leases: 0,
    balancerAnswers: true,
    watch: () => undefined,
  };
}

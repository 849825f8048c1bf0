import type { LeaseToken, ReleaseName, RunId } from "../fleet/ids.ts";
import { runId } from "../fleet/ids.ts";
import type { SlotKey } from "../fleet/instance.ts";
import type { FailedStart, SlotContent } from "../fleet/slot-content.ts";
import type { Instant, Milliseconds } from "../fleet/time.ts";
import { afterCheck, afterRefusedConnection, unchecked, type CheckRun } from "../health/check-run.ts";
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

/** Whether the process answers requests now. */
export function isReady(slot: SimulatedSlot, now: Instant): boolean {
  const { process } = slot;
  if (process === null || process.readyAt === null || slot.kind === "stopping") return false;
  return process.readyAt <= now;
}

/** Whether it would pass a health check now. */
export function passesHealth(world: World, slot: SimulatedSlot): boolean {
  const now = world.clock.now();
  if (!isReady(slot, now) || slot.process === null || slot.process.readyAt === null) return false;
  const { unhealthyAfterMs } = world.settings.behaviour(slot.process.release);
  if (unhealthyAfterMs !== undefined && now >= slot.process.readyAt + unhealthyAfterMs) return false;
  return !(world.settings.drainVia === "service" && isDrainHeld(world, slot));
}

export function isDrainHeld(world: World, slot: SimulatedSlot): boolean {
  const { drain, process } = slot;
  if (drain === null || drain.endsAt <= world.clock.now()) return false;
  return drain.of === null || drain.of === process?.run;
}

/** Holds a drain where it is held in this world: told to the balancer, or by the process itself. Null where nobody answers. */
export function drained(
  world: World,
  slot: SimulatedSlot,
  drain: Pick<SimulatedDrain, "id" | "by" | "endsAt">,
): SimulatedDrain | null {
  if (!canBeAsked(world, slot)) return null;
  const isTold = world.settings.drainVia === "told" && !isWorker(world, slot);
  return {
    ...drain,
    since: world.clock.now(),
    served: isSentWork(world, slot),
    of: isTold ? null : (slot.process?.run ?? null),
  };
}

/** A balancer that is told knows every slot; a service answers only once it listens. */
export function canBeAsked(world: World, slot: SimulatedSlot): boolean {
  if (world.settings.drainVia === "told" && !isWorker(world, slot)) return true;
  return slot.process !== null && slot.process.readyAt !== null;
}

/** No balancer knows it: it takes work by itself for as long as it is ready and not drained. */
export function isWorker(world: World, slot: SimulatedSlot): boolean {
  return world.nodes.every((node) => !node.views.has(slot.key));
}

/** Some balancer node sends it requests, or it is a worker that takes work. */
export function isSentWork(world: World, slot: SimulatedSlot): boolean {
  if (isWorker(world, slot)) return isReady(slot, world.clock.now()) && !isDrainHeld(world, slot);
  return world.nodes.some((node) => node.views.get(slot.key)?.in === true);
}

/** Requests under way: some while it is sent any; then one, from when the last arrived until the longest has ended. */
export function inFlightOf(world: World, slot: SimulatedSlot): number {
  if (slot.process === null) return 0;
  if (isSentWork(world, slot)) return 3;
  const { lateMs = 0, requestMs } = world.settings;
  const sinceMs = world.clock.now() - slot.lastRequestAt;
  return sinceMs >= lateMs && sinceMs < lateMs + requestMs ? 1 : 0;
}

/** Changes a slot and remembers since when; `nextRun` names the run of a new process. */
export function become(world: World, slot: SimulatedSlot, kind: SimulatedSlot["kind"]): void {
  slot.kind = kind;
  slot.since = world.clock.now();
}

export function nextRun(slot: SimulatedSlot): RunId {
  slot.runs += 1;
  return runId(`${slot.key}#${slot.runs}`);
}

/** One node's belief after a check or a word, with everything that depends on it. */
export function believe(world: World, nodeIndex: number, slot: SimulatedSlot, checks: CheckRun): void {
  const view = world.nodes[nodeIndex]?.views.get(slot.key);
  if (view === undefined) return;
  view.checks = checks;
  const drainedByWord = world.settings.drainVia === "told" && isDrainHeld(world, slot);
  const now = world.clock.now();
  const comesIn = checks.healthy && !drainedByWord;
  if (comesIn === view.in) return;
  view.in = comesIn;
  view.since = now;
  if (!comesIn) slot.lastRequestAt = now;
  world.watch({ by: "world", what: comesIn ? "in rotation" : "out of rotation", slot: slot.key });
}

export function checked(world: World, nodeIndex: number, slot: SimulatedSlot, passed: boolean): void {
  const view = world.nodes[nodeIndex]?.views.get(slot.key);
  if (view !== undefined)
    believe(world, nodeIndex, slot, afterCheck(view.checks, passed, world.settings.health));
}

/** Nothing listens there: no threshold is waited for. */
export function refused(world: World, nodeIndex: number, slot: SimulatedSlot): void {
  const view = world.nodes[nodeIndex]?.views.get(slot.key);
  if (view !== undefined) believe(world, nodeIndex, slot, afterRefusedConnection(view.checks));
}

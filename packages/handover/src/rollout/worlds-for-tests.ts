import { known, unknown } from "../fleet/fact.ts";
import type { DrainState, HeldDrain } from "../fleet/drain-state.ts";
import { balancerId, hostId, instanceId, leaseToken, releaseName, runId } from "../fleet/ids.ts";
import { slotKey, type SlotKey, type SlotName } from "../fleet/instance.ts";
import type { Observed } from "../fleet/observed.ts";
import type { SlotRotation } from "../fleet/rotation.ts";
import type { FailedStart, SlotContent, SlotState } from "../fleet/slot-content.ts";
import type { Instant, Milliseconds } from "../fleet/time.ts";
import type { LeaseToken, ReleaseName } from "../fleet/ids.ts";
import type { Action } from "./action.ts";
import { decide } from "./decide.ts";
import type { Decision } from "./decision.ts";
import type { Rule } from "./draft.ts";
import type { Goal, GoalInstance } from "./goal.ts";
import { freshMemory, type Memory } from "./memory.ts";
import { remember } from "./remember.ts";

/** One-line fleets for the tests of the rules, and what is decided about them, as one line each. */

export const OLD: ReleaseName = releaseName("old");
export const NEW: ReleaseName = releaseName("new");
export const US: LeaseToken = leaseToken("us");

const AN_HOUR: Milliseconds = 3_600_000;

/** What a test says of one slot: what it holds, whether it is in rotation, who drains it, how much is in flight. */
export interface SlotIn {
  readonly content: SlotContent;
  readonly rotation?: SlotRotation;
  readonly drains?: readonly HeldDrain[] | "unreadable";
  readonly inFlight?: number | null;
  readonly failure?: FailedStart;
  readonly previous?: ReleaseName;
  readonly orderedBy?: LeaseToken;
}

export const empty: SlotIn = { content: { kind: "empty" } };

export function running(release: ReleaseName, forMs: Milliseconds = AN_HOUR, restarts = 0): SlotIn {
  return {
    content: { kind: "running", release, run: runId(`${release} 1`), forMs, startUpMs: 300, restarts },
  };
}

/** Running and in rotation, both for so long. */
export function serving(release: ReleaseName, forMs: Milliseconds = AN_HOUR): SlotIn {
  return { ...running(release, forMs), rotation: { in: true, forMs, evidence: "told" }, inFlight: 3 };
}

export function starting(release: ReleaseName): SlotIn {
  return { content: { kind: "starting", release, run: runId(`${release} 1`), forMs: 100 } };
}

export function stopping(release: ReleaseName): SlotIn {
  return { content: { kind: "stopping", release, run: runId(`${release} 1`), forMs: 100 } };
}

export function exited(release: ReleaseName): SlotIn {
  return { content: { kind: "exited", release, why: "exited with status 1", restarts: 1 } };
}

export function swapping(from: ReleaseName, to: ReleaseName): SlotIn {
  return { content: { kind: "swapping", from, to, forMs: 100 } };
}

/** The host could not start what this run ordered. */
export function failedToStart(slot: SlotIn, release: ReleaseName, why = "did not answer in time"): SlotIn {
  return { ...slot, failure: { release, by: US, why, log: ["last words"] } };
}

/** Drained by a deploy for so long, and out of rotation since. */
export function drained(slot: SlotIn, forMs: Milliseconds = 100, inFlight: number | null = 0): SlotIn {
  const rotation = { in: false, forMs, evidence: "told" } as const;
  return { ...slot, rotation, drains: [deployDrain(forMs)], inFlight };
}

export function deployDrain(forMs: Milliseconds, leaseMs: Milliseconds = 29_000): HeldDrain {
  return { via: "balancer", id: "d-1", at: "lb", by: "deploy", forMs, leaseMs };
}

export function takenOutByOperator(slot: SlotIn): SlotIn {
  const drain = { ...deployDrain(AN_HOUR), id: "d-op", by: "operator", leaseMs: null } as const;
  return { ...slot, rotation: { in: false, forMs: AN_HOUR, evidence: "told" }, drains: [drain], inFlight: 0 };
}

/** What each instance has in its slots: `a`, then `b`. `unreadable`: its host does not answer. */
export type Fleet = Readonly<Record<string, readonly SlotIn[] | "unreadable">>;

/** One look at the fleet. */
export interface Look {
  readonly at?: Instant;
  readonly fleet: Fleet;
  readonly lease?: "held" | "lost" | "unknown";
  readonly balancer?: "unreadable" | "just restarted";
  readonly interrupted?: boolean;
}

export function goalFor(fleet: Fleet, options: Partial<Goal> = {}, own: Partial<GoalInstance> = {}): Goal {
  const instances = Object.entries(fleet).map(([id, slots]): GoalInstance => ({
    id: instanceId(id),
    host: hostId(`host of ${id}`),
    slots: slots.length === 1 ? ["a"] : ["a", "b"],
    balanced: true,
    release: NEW,
    strategy: "start-first",
    ...own,
  }));
  return {
    kind: "deploy",
    token: US,
    instances,
    maxUnavailable: 1,
    minHealthyTimeMs: 5_000,
    progressDeadlineMs: 60_000,
    longestRequestMs: 30_000,
    onFailure: "halt",
    newerReleases: [],
    ...options,
  };
}

export function observedIn({ at = 0, fleet, lease = "held", balancer }: Look): Observed {
  const slots: [SlotKey, SlotIn][] = Object.entries(fleet).flatMap(([id, contents]) =>
    contents === "unreadable"
      ? []
      : contents.map((slot, index): [SlotKey, SlotIn] => [slotKey(instanceId(id), nameOf(index)), slot]),
  );
  const node = {
    balancer: balancerId("lb"),
    node: "1",
    generation: balancer === "just restarted" ? "2" : "1",
    warm: balancer !== "just restarted",
    slots: Object.fromEntries(
      slots.flatMap(([key, { rotation }]) => (rotation === undefined ? [] : [[key, rotation] as const])),
    ),
  };
  return {
    lease: lease === "unknown" ? unknown("no answer") : known(lease, at),
    slots: Object.fromEntries(slots.map(([key, slot]) => [key, known(stateOf(slot), at)] as const)),
    drains: Object.fromEntries(
      slots.flatMap(([key, slot]) =>
        slot.drains === "unreadable" ? [] : [[key, known(drainStateOf(slot), at)] as const],
      ),
    ),
    balancers: [balancer === "unreadable" ? unknown("no answer") : known([node], at)],
  };
}

/** The memory after some looks, as the loop makes it. */
export function memoryAfter(goal: Goal, looks: readonly Look[]): Memory {
  return looks.reduce(
    (memory, look) =>
      remember(
        { ...memory, interrupted: look.interrupted ?? memory.interrupted },
        goal,
        observedIn(look),
        look.at ?? 0,
      ),
    freshMemory(looks[0]?.at ?? 0),
  );
}

/** What is decided at the last of these looks. */
export function decisionAfter(goal: Goal, looks: readonly Look[], rules?: readonly Rule[]): Decision {
  const last = looks.at(-1) ?? { fleet: {} };
  return decide(goal, observedIn(last), memoryAfter(goal, looks), last.at ?? 0, rules);
}

/** The same, as lines: `drain api-1/a`, `start api-1/b new`, `api-1 waits for minHealthyTime`, `failed: ...`, `done`. */
export function decidedAfter(goal: Goal, ...looks: readonly Look[]): readonly string[] {
  const decision = decisionAfter(goal, looks);
  switch (decision.kind) {
    case "done":
      return ["done"];
    case "halt":
      return [`${decision.halt.kind}: ${decision.halt.why}`];
    case "act":
    case "wait":
      return [
        ...("actions" in decision ? decision.actions.map(lineOf) : []),
        ...decision.waits.map(({ instance, what }) => `${instance} waits for ${what}`),
      ];
  }
}

/** Only what is done now. */
export function actionsAfter(goal: Goal, ...looks: readonly Look[]): readonly string[] {
  const decision = decisionAfter(goal, looks);
  return decision.kind === "act" ? decision.actions.map(lineOf) : [];
}

function lineOf(action: Action): string {
  const what = `${action.kind} ${action.instance}/${action.slot}`;
  const cut = "cut" in action && action.cut > 0 ? ` cutting ${action.cut}` : "";
  return `${what}${"release" in action ? ` ${action.release}` : ""}${cut}`;
}

function stateOf({ content, failure, previous, orderedBy }: SlotIn): SlotState {
  return {
    content,
    failure: failure ?? null,
    previous: previous ?? null,
    orderedBy: orderedBy ?? null,
  };
}

function drainStateOf({ drains = [], inFlight = 0 }: SlotIn): DrainState {
  return { held: drains === "unreadable" ? [] : drains, inFlight };
}

function nameOf(index: number): SlotName {
  return index === 0 ? "a" : "b";
}

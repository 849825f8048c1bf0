import { declareSlots } from "../adapters/runtime/processes-client/supervisor-state.ts";
import { HandoverError } from "../errors/handover-error.ts";
import type { LeaseToken, ReleaseName } from "../fleet/ids.ts";
import type { Instance, SlotKey } from "../fleet/instance.ts";
import type { Release } from "../fleet/release.ts";
import type { SlotState } from "../fleet/slot-content.ts";
import type { LocalEnvironment } from "../main.ts";
import { floorOf, type Goal } from "../rollout/goal.ts";
import type { ReportFacts } from "../proof/report/build-report.ts";
import type { Predicted } from "../simulation/predict.ts";
import { forecast } from "./forecast.ts";
import { goalFor } from "./goal-for.ts";
import { refuseMissingContract } from "./refuse-missing-contract.ts";
import { refuseUnknownPath } from "./refuse-unknown-path.ts";

/** A deploy that may begin: what is wanted, and what is expected of it. */
export interface Prepared {
  readonly goal: Goal;
  readonly facts: ReportFacts;
  /** Nothing will be done, as the fleet is as wanted already or the deploy will be refused: there is nothing to prove. */
  readonly isIdle: boolean;
}

/** Declares the slots to the hosts and the balancer, looks at the fleet, and says what a deploy of `release` will do. */
export async function prepare(
  local: LocalEnvironment,
  token: LeaseToken,
  kind: Goal["kind"],
  release: Release,
  signal: AbortSignal,
): Promise<Prepared> {
  const configured = await local.inventory.instances(signal);
  await declare(local, token, configured, signal);
  const slots = await local.runtime(new Map()).observe(signal);
  await refuseMissingContract(local, slots, signal);
  const newerReleases = await local.newerReleases(release.commit, signal);
  const goal = goalFor(local, { kind, token, release, configured, slots, newerReleases });
  const predicted = await forecast(local, goal, slots);
  const facts: ReportFacts = {
    service: local.environment.service,
    environment: local.environment.name,
    from: mostOf(slots),
    to: release.name,
    floor: floorOf(goal),
    predicted: predicted === null || predicted.halt !== null ? null : outline(predicted),
    instances: goal.instances,
  };
  const isIdle = predicted !== null && predicted.events.every(({ kind }) => kind !== "action");
  return { goal, facts, isIdle };
}

function outline({ durationMs, minimum }: Predicted): ReportFacts["predicted"] {
  return { durationMs, minimum };
}

/** Tells supervisor and load balancer which slots there are, those of instances that are to be emptied included. */
async function declare(
  local: LocalEnvironment,
  token: LeaseToken,
  configured: readonly Instance[],
  signal: AbortSignal,
): Promise<void> {
  const declared = configured.map(({ id, slots }) => ({ id, slots }));
  const { health } = local.environment;
  await refuseUnknownPath(local, signal);
  const slots = await declareSlots(local.supervisorSocket, token, declared, signal);
  await local.balancer.declare({ health, slots }, signal);
}

/** What the service runs as a whole: the release that most slots hold. */
export function mostOf(slots: Readonly<Record<SlotKey, SlotState>>): ReleaseName | null {
  const counts = new Map<ReleaseName, number>();
  for (const { content } of Object.values(slots)) {
    if (content.kind === "empty") continue;
    const release = content.kind === "swapping" ? content.from : content.release;
    counts.set(release, (counts.get(release) ?? 0) + 1);
  }
  const [most] = [...counts].toSorted(([, one], [, other]) => other - one);
  return most?.[0] ?? null;
}

/** The release that is meant: built from the directory, or found among those that are kept. Throws RELEASE_UNKNOWN. */
export async function findRelease(
  local: LocalEnvironment,
  name: string,
  signal: AbortSignal,
): Promise<Release> {
  const found = await local.builder(new Map()).find(name, signal);
  if (found !== null) return found;
  throw new HandoverError("RELEASE_UNKNOWN", `no release ${name} is kept`, {
    next: "`handover status --releases` lists those that are.",
  });
}

import { answers } from "../adapters/control/control-request.ts";
import { systemClock } from "../adapters/clock/system.ts";
import { probeTargets } from "../config/environment-facts.ts";
import type { LeaseToken } from "../fleet/ids.ts";
import type { Release } from "../fleet/release.ts";
import type { LocalEnvironment } from "../main.ts";
import type { Events } from "../ports/events.ts";
import type { Secret } from "../ports/secrets.ts";
import type { MeasuredSample, Measurement } from "../proof/measurement.ts";
import { threadProber } from "../proof/prober/thread-prober.ts";
import { buildReport, type ReportFacts } from "../proof/report/build-report.ts";
import type { Report } from "../proof/report/report.ts";
import type { Goal } from "../rollout/goal.ts";
import { keepLease } from "../rollout/keep-lease.ts";
import type { RolloutPorts } from "../rollout/ports.ts";
import { rollOut } from "../rollout/roll-out.ts";
import type { RolloutEvent } from "../rollout/rollout-event.ts";
import { bringUp } from "./bring-up.ts";
import { withFailedLog } from "./failed-log.ts";
import { LOCAL_POLL_MS } from "./forecast.ts";
import { journalEntry } from "./journal-entry.ts";
import { prepare } from "./prepare.ts";
import { prove } from "./prove.ts";
import { putBackDrained } from "./put-back.ts";
import { takeLease } from "./take-lease.ts";

/** What a deploy tells while it goes on. */
export interface DeployListener {
  note(text: string): void;
  plan(facts: ReportFacts): void;
  event(event: RolloutEvent): void;
  sample(sample: MeasuredSample): void;
}

export interface DeployRequest {
  readonly kind: Goal["kind"];
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly interrupt: AbortSignal;
  readonly listener: DeployListener;
  /** Wall time minus the run's clock. */
  readonly wallOffsetMs: number;
  /** Which release: once the lease is held, or before anything is started where nothing runs yet. */
  release(secrets: ReadonlyMap<string, Secret>, signal: AbortSignal): Promise<Release>;
}

/**
 * A whole deploy or rollback of a local environment: background processes up, lease taken, release made, fleet looked at,
 * rolled out under the probe, told in the journal, lease given back. Throws a HandoverError for what is refused before
 * anything is touched; after that everything is in the report. Where nothing runs yet the release is made first: for one
 * that cannot be made nothing is started.
 */
export async function deploy(local: LocalEnvironment, request: DeployRequest): Promise<Report> {
  const { listener, interrupt } = request;
  const secrets = await local.secrets.resolve(local.environment.secrets.map(({ name }) => name));
  const isUp = await answers(local.supervisorSocket, interrupt);
  const made = isUp ? null : await request.release(secrets, interrupt);
  const started = await bringUp(local, interrupt);
  if (started.length > 0) listener.note(`started in the background: ${started.join(", ")}`);
  const token = await takeLease(local.lease, systemClock, interrupt, ({ owner, pid }) =>
    listener.note(`${owner} (process ${pid}) holds the lease; watching whether it is renewed`),
  );
  const keeper = keepLease(local.lease, token, systemClock);
  try {
    const release = made ?? (await request.release(secrets, interrupt));
    local.refuseUnrunnable(release.name, secrets);
    return await underLease(local, request, { secrets, release, token, keeper });
  } finally {
    await keeper.end();
  }
}

interface Held {
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly release: Release;
  readonly token: LeaseToken;
  readonly keeper: RolloutPorts["lease"];
}

async function underLease(local: LocalEnvironment, request: DeployRequest, held: Held): Promise<Report> {
  const { listener, interrupt, wallOffsetMs } = request;
  const { goal, facts, isIdle } = await prepare(local, held.token, request.kind, held.release, interrupt);
  listener.plan(facts);

  const events: RolloutEvent[] = [];
  const told: Events<RolloutEvent> = {
    emit: (event) => {
      events.push(event);
      listener.event(event);
    },
  };
  const run = (events: Events<RolloutEvent>) => roll(local, goal, held, events, interrupt);
  const proved = isIdle
    ? { result: await run(told), measurement: null }
    : await prove(
        prober(),
        probeTargets(local.environment),
        systemClock,
        told,
        (sample) => listener.sample(sample),
        interrupt,
        run,
      );
  const measurement: Measurement | null = proved.measurement;
  const whole = await withFailedLog(local, events, AbortSignal.timeout(5_000));
  const report = buildReport({ facts, events: whole, probe: measurement, wallOffsetMs, controlLostAt: [] });
  if (report.outcome !== "refused")
    await local.journal.append(journalEntry(request.kind, held.release, report, proved.result.observed));
  return report;
}

function prober() {
  return threadProber({ now: () => systemClock.now(), deadlineMs: 15_000 });
}

/** The loop over the real ports. Should it throw, nothing stays drained: what this deploy drained is put back first. */
async function roll(
  local: LocalEnvironment,
  goal: Goal,
  held: Held,
  events: Events<RolloutEvent>,
  interrupt: AbortSignal,
) {
  const ports: RolloutPorts = {
    runtime: local.runtime(held.secrets),
    drain: local.drain,
    balancers: [local.balancer],
    lease: held.keeper,
    clock: systemClock,
    events,
  };
  try {
    return await rollOut(goal, ports, { interrupt, pollMs: LOCAL_POLL_MS });
  } catch (error) {
    await putBackDrained(ports);
    throw error;
  }
}

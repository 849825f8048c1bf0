import { join } from "node:path";
import { directoryBuilder, releasesNewerThan } from "./adapters/builder/directory.ts";
import { filesOf, keptRelease, keptReleases } from "./adapters/builder/kept-releases.ts";
import { directoryOf, type ConfigFile } from "./adapters/config/read-file.ts";
import { joinedDrain } from "./adapters/drain/composite.ts";
import { lifecycleDrain } from "./adapters/drain/lifecycle.ts";
import { toldDrain } from "./adapters/drain/told.ts";
import { processInventory } from "./adapters/inventory/processes.ts";
import { jsonlJournal } from "./adapters/journal/jsonl.ts";
import { localLease } from "./adapters/lease/local.ts";
import { embeddedLoadBalancer, type EmbeddedLoadBalancer } from "./adapters/load-balancer/embedded-client.ts";
import { processRuntime } from "./adapters/runtime/processes-client/process-runtime.ts";
import { slotControls, supervisorState } from "./adapters/runtime/processes-client/supervisor-state.ts";
import type { Spec } from "./adapters/runtime/processes/protocol.ts";
import { secretsFromEnvironment } from "./adapters/secrets/environment.ts";
import type { Environment } from "./config/configuration.ts";
import { HandoverError } from "./errors/handover-error.ts";
import { balancerId, type ReleaseName } from "./fleet/ids.ts";
import type { SlotContent } from "./fleet/slot-content.ts";
import type { Builder } from "./ports/builder.ts";
import type { Drain } from "./ports/drain.ts";
import type { Inventory } from "./ports/inventory.ts";
import type { Journal } from "./ports/journal.ts";
import type { Lease } from "./ports/lease.ts";
import type { Runtime } from "./ports/runtime.ts";
import type { Secret, Secrets } from "./ports/secrets.ts";
import { stateDirectory } from "./operations/state-directory.ts";

/** The ports of one local environment, joined with their adapters: the one place where that is done. */
export interface LocalEnvironment {
  readonly environment: Environment;
  /** Where its state is. */
  readonly store: string;
  /** What is deployed. */
  readonly source: string;
  readonly supervisorSocket: string;
  readonly balancer: EmbeddedLoadBalancer;
  readonly lease: Lease;
  readonly journal: Journal;
  readonly inventory: Inventory;
  readonly drain: Drain;
  /** The part of `drain` that asks the services themselves. */
  readonly contract: Drain;
  readonly secrets: Secrets;
  builder(secrets: ReadonlyMap<string, Secret>): Builder;
  runtime(secrets: ReadonlyMap<string, Secret>): Runtime;
  /** Throws RELEASE_UNKNOWN or SECRET_MISSING where a release could not be run: before anything is touched. */
  refuseUnrunnable(release: ReleaseName, secrets: ReadonlyMap<string, Secret>): void;
  newerReleases(commit: string | null, signal: AbortSignal): Promise<readonly ReleaseName[]>;
}

export function localEnvironment(
  file: Pick<ConfigFile, "path">,
  environment: Environment,
  env: Readonly<Record<string, string | undefined>>,
): LocalEnvironment {
  const store = stateDirectory(env, environment.service, environment.name);
  const source = directoryOf(file, environment);
  const supervisorSocket = join(store, "supervisor.sock");
  const balancerSocket = join(store, "balancer.sock");
  const told = toldDrain(balancerSocket);
  const contract = lifecycleDrain((signal) => slotControls(supervisorSocket, signal));
  return {
    environment,
    store,
    source,
    supervisorSocket,
    balancer: embeddedLoadBalancer(balancerId("embedded"), balancerSocket),
    lease: localLease(supervisorSocket),
    journal: jsonlJournal(join(store, "journal.jsonl")),
    inventory: processInventory(environment),
    contract,
    drain: joinedDrain({
      service: environment.drain.kind === "loadBalancer" ? null : contract,
      balancers: [told],
    }),
    secrets: secretsFromEnvironment(environment.secrets, env),
    builder: (secrets) =>
      directoryBuilder({
        source,
        store,
        configuration: { command: environment.runs.command, environment: environment.variables, limits: {} },
        secrets,
        inUse: () => releasesInUse(supervisorSocket, store),
      }),
    runtime: (secrets) =>
      processRuntime({
        socket: supervisorSocket,
        specOf: (release) => specOf(store, environment, { secrets, path: env["PATH"] }, release),
      }),
    refuseUnrunnable: (release, secrets) =>
      void specOf(store, environment, { secrets, path: env["PATH"] }, release),
    newerReleases: (commit, signal) => releasesNewerThan({ source, store }, commit, signal),
  };
}

/** How a kept release is run: with the command and the environment that it was built with, and today's secrets. */
function specOf(
  store: string,
  environment: Environment,
  deployer: { readonly secrets: ReadonlyMap<string, Secret>; readonly path: string | undefined },
  name: ReleaseName,
): Spec {
  const releases = join(store, "releases");
  const kept = keptRelease(releases, name);
  if (kept === null) throw new HandoverError("RELEASE_UNKNOWN", `the release ${name} is not kept any more`);
  const opened = kept.secrets.map((secret) => {
    const value = deployer.secrets.get(secret);
    if (value === undefined)
      throw new HandoverError(
        "SECRET_MISSING",
        `the release ${name} needs the secret ${secret}, which is not configured`,
      );
    return [secret, value.open()] as const;
  });
  return {
    release: name,
    directory: filesOf(releases, name),
    command: kept.configuration.command,
    environment: {
      // Commands are found where whoever deploys finds them, not where the supervisor happened to be started.
      ...(deployer.path === undefined ? {} : { PATH: deployer.path }),
      ...kept.configuration.environment,
      ...Object.fromEntries(opened),
    },
    health: { path: environment.health.path, timeoutMs: environment.health.timeoutMs },
    startDeadlineMs: environment.startDeadlineMs,
    stopGraceMs: environment.stopGraceMs,
    longestRequestMs: environment.longestRequestMs,
  };
}

/** Releases that run, or that a swap may put back; all of them where nobody can be asked. */
async function releasesInUse(socket: string, store: string): Promise<readonly ReleaseName[]> {
  const state = await supervisorState(socket, AbortSignal.timeout(5_000)).catch(() => null);
  if (state === null) return keptReleases(join(store, "releases")).map(({ release }) => release.name);
  return state.slots.flatMap(({ content, previous }) => [
    ...releasesIn(content),
    ...(previous === null ? [] : [previous]),
  ]);
}

function releasesIn(content: SlotContent): readonly ReleaseName[] {
  if (content.kind === "empty") return [];
  return content.kind === "swapping" ? [content.from, content.to] : [content.release];
}

import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { inOrder } from "./fixtures/in-order.ts";
import { step, type CommandLine, type Line } from "./fixtures/command-line.ts";
import { Project } from "./fixtures/project.ts";

/** A deploy of these tests, from its first line to its last action, takes about this long. */
const DEPLOY_MS = 8_000;

const seed = Number(process.env["HANDOVER_SEED"]);

interface Moment {
  readonly when: string;
  readonly comes: (command: CommandLine) => Promise<unknown>;
}

const at = (when: string, like: (line: Line) => boolean): Moment => ({
  when,
  comes: (command) => command.says(when, like),
});

const after = (ms: number): Moment => ({
  when: `${ms} ms (seed ${seed})`,
  comes: (command) => Promise.race([sleep(ms), command.ended]),
});

const [one, two, three] = sampled();

describe.concurrent.for<{ strategy: string; moments: readonly Moment[] }>([
  {
    strategy: "start-first",
    moments: [at("its first start", step("start")), at("join", step("join", "begin", "api-2"))],
  },
  {
    strategy: "start-first",
    moments: [at("prove", step("prove", "begin", "api-2")), at("drain", step("drain"))],
  },
  { strategy: "start-first", moments: [one, two] },
  {
    strategy: "stop-first",
    moments: [at("drain", step("drain")), at("swap", step("swap", "begin", "api-2"))],
  },
  { strategy: "stop-first", moments: [at("prove", step("prove")), three] },
])("$strategy: the command line is killed with SIGKILL", ({ strategy, moments }) => {
  let project: Project;
  let version = 1;
  beforeAll(async () => {
    // Three, so that no step is over before it was seen.
    project = await Project.deployed({ health: { healthyThreshold: 3 }, rollout: { strategy } });
  });

  it.for(moments)("at $when: no request fails, and `deploy` again converges", inOrder, async ({ comes }) => {
    version += 1;
    project.release({ version: String(version), startMs: 300 });
    await using traffic = project.traffic();
    const killed = project.start("deploy", "--json");
    await comes(killed);
    killed.signal("SIGKILL");
    await killed.ended;
    const release = await project.deploys();
    expect(await traffic.stop()).toEqual([]);
    expect(project.whoRunsWhat()).toEqual([`api-1 ${release}`, `api-2 ${release}`]);
    expect(await project.inRotation()).toEqual([`api-1 ${release}`, `api-2 ${release}`]);
  });
});

/** Three moments anywhere in a deploy; the same seed gives the same ones. */
function sampled(): readonly [Moment, Moment, Moment] {
  let state = seed % 2_147_483_647;
  const next = (): Moment => {
    state = (state * 48_271 + 11) % 2_147_483_647;
    return after(state % DEPLOY_MS);
  };
  return [next(), next(), next()];
}

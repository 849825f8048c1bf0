import { beforeAll, describe, expect, it } from "vitest";
import { inOrder } from "./fixtures/in-order.ts";
import { Project, type Settings } from "./fixtures/project.ts";
import type { ReleaseFacts } from "./fixtures/service.ts";

interface Fault {
  readonly what: string;
  readonly facts: Omit<ReleaseFacts, "version">;
  readonly settings?: Settings;
  readonly why: RegExp;
  readonly log: readonly string[];
}

const exits: Fault = {
  what: "exits at once",
  facts: { fault: "exits" },
  why: /^exited with status 1 after \d/,
  log: ["version 2 on api-1, fault: exits"],
};
const neverListens: Fault = {
  what: "never listens",
  facts: { fault: "never-listens" },
  why: /^did not answer GET \/health within 2 s: connection refused$/,
  log: ["version 2 on api-1, fault: never-listens"],
};
const answers500: Fault = {
  what: "answers 500 on its health path",
  facts: { fault: "fails-health" },
  why: /^GET \/health answered 500 until the deadline$/,
  log: ["version 2 on api-1, fault: fails-health"],
};
const turnsUnhealthy: Fault = {
  what: "turns unhealthy during minHealthyTime",
  facts: { fault: "turns-unhealthy", healthyMs: 1_500 },
  settings: { rollout: { minHealthyTime: "3s" } },
  why: /^was in rotation, then failed its health checks$/,
  log: ["version 2 on api-1, fault: turns-unhealthy"],
};
const noSuchCommand: Fault = {
  what: "has a command that does not exist",
  facts: {},
  settings: { command: ["no-such-command", "--port"] },
  why: /^command not found: no-such-command$/,
  log: [],
};

describe.concurrent.for([
  { strategy: "start-first", minimum: 2, faults: [exits, neverListens, noSuchCommand] },
  { strategy: "start-first", minimum: 2, faults: [answers500, turnsUnhealthy] },
  { strategy: "stop-first", minimum: 1, faults: [exits, answers500] },
  { strategy: "stop-first", minimum: 1, faults: [noSuchCommand, turnsUnhealthy] },
])("$strategy: a release that", ({ strategy, minimum, faults }) => {
  let project: Project;
  let good: string;
  beforeAll(async () => {
    project = await Project.deployed({ startDeadline: "2s", rollout: { strategy } });
    good = project.running()[0]!.release;
  });

  it.for(faults)(
    "$what halts at the first instance, which goes back; no request fails",
    inOrder,
    async ({ facts, settings, why, log }) => {
      project.release({ version: "2", ...facts });
      project.configure({
        command: [process.execPath, "service.mjs"],
        ...settings,
        rollout: { strategy, ...settings?.rollout },
      });
      await using traffic = project.traffic();
      const { status, report } = await project.run("deploy", "--json");
      expect(await traffic.stop()).toEqual([]);
      expect(traffic.total).toBeGreaterThan(25);

      expect(report!.halt).toMatchObject({
        kind: "failed",
        instance: "api-1",
        log: expect.arrayContaining([...log]),
      });
      expect(report!.halt!.why).toMatch(why);
      expect(status).toBe(1);
      expect(report).toMatchObject({
        outcome: "halted",
        from: good,
        requests: { failed: 0, cut: 0 },
        rotation: { floor: 1, minimum },
        instances: [
          { id: "api-1", from: good, to: report!.to, runs: good, inRotation: true, outcome: "restored" },
          { id: "api-2", from: good, to: report!.to, runs: good, inRotation: true, outcome: "kept" },
        ],
      });
      expect(project.whoRunsWhat()).toEqual([`api-1 ${good}`, `api-2 ${good}`]);
      expect(await project.inRotation()).toEqual([`api-1 ${good}`, `api-2 ${good}`]);
    },
  );
});

import { expect, it } from "vitest";
import { Project } from "./fixtures/project.ts";

const failsOnTheSecond = { version: "2", fault: "fails-health", faultOn: "api-2" } as const;

it.concurrent.for(["start-first", "stop-first"])(
  "%s: a release that fails on the second instance leaves the first replaced with `onFailure: halt`, and says so",
  async (strategy) => {
    await using project = await Project.deployed({ startDeadline: "2s", rollout: { strategy } });
    const [good] = project.running();
    await using traffic = project.traffic();
    project.release(failsOnTheSecond);
    const { status, stdout, stderr } = await project.run("deploy");
    expect(await traffic.stop()).toEqual([]);
    const [bad] = [...traffic.releases].slice(1);
    expect(stdout).toContain(`${bad} failed at api-2 after `);
    expect(stdout).toContain("GET /health answered 500 until the deadline; 0 of ");
    expect(stdout).toContain(`api-1 runs ${bad}, api-2 runs ${good!.release}.`);
    expect(stdout).toContain(
      "The last lines of api-2:\n  | version 2 on api-2, fault: fails-health\n\nNext: read `handover logs api-2`",
    );
    expect(stderr).toContain("failed: GET /health answered 500 until the deadline");
    expect(status).toBe(1);
    const halves = [`api-1 ${bad}`, `api-2 ${good!.release}`];
    expect(project.whoRunsWhat()).toEqual(halves);
    expect(await project.inRotation()).toEqual(halves);
  },
);

it.concurrent.for(["start-first", "stop-first"])(
  "%s: with `onFailure: rollback` the first instance is returned too",
  async (strategy) => {
    await using project = await Project.deployed({
      startDeadline: "2s",
      rollout: { strategy, onFailure: "rollback" },
    });
    const good = project.running()[0]!.release;
    await using traffic = project.traffic();
    project.release(failsOnTheSecond);
    const { status, report } = await project.run("deploy", "--json");
    expect(await traffic.stop()).toEqual([]);
    expect([...traffic.releases]).toEqual([good, report!.to]);
    expect(report).toMatchObject({
      outcome: "halted",
      halt: { kind: "failed", instance: "api-2" },
      requests: { failed: 0, cut: 0 },
      instances: [
        { id: "api-1", from: good, runs: good, inRotation: true, outcome: "restored" },
        { id: "api-2", from: good, runs: good, inRotation: true, outcome: "restored" },
      ],
    });
    expect(status).toBe(1);
    expect(project.whoRunsWhat()).toEqual([`api-1 ${good}`, `api-2 ${good}`]);
    expect(await project.inRotation()).toEqual([`api-1 ${good}`, `api-2 ${good}`]);
  },
);

it.concurrent("a first deploy that fails leaves nothing in rotation and says that nothing runs; a mended release then fills it", async () => {
  await using project = await Project.create();
  project.release({ version: "1", fault: "exits" });
  const failed = await project.run("deploy", "--json");
  expect(failed.status).toBe(1);
  expect(failed.report).toMatchObject({
    outcome: "halted",
    from: null,
    instances: [
      { id: "api-1", from: null, runs: null, inRotation: false, outcome: "failed" },
      { id: "api-2", from: null, runs: null, inRotation: false, outcome: "failed" },
    ],
  });
  expect(await project.inRotation()).toEqual([]);
  project.release({ version: "2" });
  const mended = await project.deploys();
  expect(project.whoRunsWhat()).toEqual([`api-1 ${mended}`, `api-2 ${mended}`]);
});

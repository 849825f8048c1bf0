import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Project } from "./fixtures/project.ts";

describe("three instances that serve", () => {
  let project: Project;
  beforeAll(async () => {
    project = await Project.deployed({ instances: 3 });
  });
  afterAll(() => project[Symbol.asyncDispose]());
  const pids = () => project.running().map(({ instance, pid }) => `${instance} ${pid}`);

  it("a deploy that changes nothing exits 0 at once and restarts none", async () => {
    const before = pids();
    const { status, report, tookMs, lines } = await project.run("deploy", "--json");
    expect(report).toMatchObject({
      outcome: "done",
      requests: { total: 0, failed: 0 },
      instances: ["api-1", "api-2", "api-3"].map((id) => ({ id, outcome: "kept", inRotation: true })),
    });
    expect(status).toBe(0);
    expect(lines.filter(({ kind }) => kind === "action")).toEqual([]);
    expect(pids()).toEqual(before);
    expect(tookMs).toBeLessThan(2_000);
  });

  it("with `instances: 2` the third is drained and stopped without a failed request", async () => {
    const before = pids();
    project.configure({ instances: 2 });
    await using traffic = project.traffic();
    const { status, report } = await project.run("deploy", "--json");
    expect(await traffic.stop()).toEqual([]);
    expect(report).toMatchObject({
      outcome: "done",
      requests: { failed: 0, cut: 0 },
      rotation: { floor: 1 },
      instances: [
        { id: "api-1", outcome: "kept" },
        { id: "api-2", outcome: "kept" },
        { id: "api-3", outcome: "replaced", to: null, runs: null, inRotation: false },
      ],
    });
    expect(report!.instances[2]!.steps).toMatchObject([{ step: "drain", evidence: "told", ended: true }]);
    expect(status).toBe(0);
    expect(pids()).toEqual(before.slice(0, 2));
    expect(await project.inRotation()).toHaveLength(2);
  });

  it("with `instances: 3` one more is started and the others are left alone", async () => {
    const before = pids();
    project.configure({ instances: 3 });
    await using traffic = project.traffic();
    const { status, report } = await project.run("deploy", "--json");
    expect(await traffic.stop()).toEqual([]);
    expect(report).toMatchObject({
      outcome: "done",
      requests: { failed: 0 },
      instances: [
        { id: "api-1", outcome: "kept" },
        { id: "api-2", outcome: "kept" },
        { id: "api-3", from: null, outcome: "replaced", inRotation: true },
      ],
    });
    expect(status).toBe(0);
    expect(pids().slice(0, 2)).toEqual(before);
    expect(await project.inRotation()).toHaveLength(3);
  });
});

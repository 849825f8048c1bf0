import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { inOrder } from "./fixtures/in-order.ts";
import type { Ended } from "./fixtures/command-line.ts";
import { Project } from "./fixtures/project.ts";
import { until } from "./fixtures/until.ts";

const secret = "hunter2-a-value-that-stands-nowhere-else";

describe.concurrent("an environment with a secret, deployed", () => {
  let project: Project;
  const told: Ended[] = [];
  beforeAll(async () => {
    project = await Project.create({ secrets: ["API_KEY"] });
    project.env["API_KEY"] = secret;
    told.push(await project.runs("deploy"));
  });
  const pids = () => project.running().map(({ instance, pid }) => `${instance} ${pid}`);

  it(
    "an instance that dies by itself is started again, and users are served by the others meanwhile",
    inOrder,
    async () => {
      const [first, second] = project.running();
      await using traffic = project.traffic();
      process.kill(first!.pid, "SIGKILL");
      const again = await until("another process of api-1", () =>
        project.running().find(({ instance, pid }) => instance === "api-1" && pid !== first!.pid),
      );
      await until("both to be in rotation", async () => (await project.inRotation()).length === 2);
      // The requests that its death itself broke off; everything after goes to the other one.
      expect((await traffic.stop()).length).toBeLessThanOrEqual(2);
      expect(again.release).toBe(first!.release);
      expect(project.running()).toContainEqual(second);
    },
  );

  it.for(["up", "deploy"])(
    "after the supervisor has ended, `%s` starts another, which adopts the same processes",
    inOrder,
    async (command) => {
      const before = pids();
      await using traffic = project.traffic();
      await project.end(project.background("supervisor")!.pid, "SIGTERM");
      expect(pids()).toEqual(before);
      told.push(await project.runs(command));
      expect(pids()).toEqual(before);
      expect(project.background("supervisor")).not.toBeNull();
      expect(await project.inRotation()).toHaveLength(2);
      expect(await traffic.stop()).toEqual([]);
    },
  );

  it(
    "after the load balancer was killed, `up` starts another, which serves what runs at once",
    inOrder,
    async () => {
      const before = pids();
      await project.end(project.background("balancer")!.pid, "SIGKILL");
      told.push(await project.runs("up"));
      await until("both to be in rotation", async () => (await project.inRotation()).length === 2);
      expect((await fetch(project.url)).status).toBe(200);
      expect(pids()).toEqual(before);
    },
  );

  it("the instances have the secret, and it stands in no output, file or argument", inOrder, async () => {
    project.release({ version: "2" });
    for (const args of [["deploy", "--json"], ["plan"], ["config"], ["status"], ["logs"], ["verify"]])
      told.push(await project.runs(...args));
    const instances = project.processes().filter(({ environment }) => "HANDOVER_INSTANCE" in environment);
    expect(instances.map(({ environment }) => environment["API_KEY"])).toEqual([secret, secret]);

    for (const { stdout, stderr } of told) expect(stdout + stderr).not.toContain(secret);
    for (const { argv } of project.processes()) expect(argv.join(" ")).not.toContain(secret);
    const written = filesBelow(project.directory);
    expect(written.some((file) => file.endsWith("journal.jsonl"))).toBe(true);
    const holding = written.filter((file) => readFileSync(file).includes(secret));
    expect(holding).toEqual([]);
  });

  it("the state directory is its owner's only", inOrder, () => {
    expect(statSync(project.store).mode & 0o077).toBe(0);
  });
});

describe.concurrent("three instances that serve", () => {
  let project: Project;
  beforeAll(async () => {
    project = await Project.deployed({ instances: 3 });
  });
  const pids = () => project.running().map(({ instance, pid }) => `${instance} ${pid}`);

  it("a deploy that changes nothing exits 0 at once and restarts none", inOrder, async () => {
    const before = pids();
    const { status, report, lines } = await project.run("deploy", "--json");
    expect(report).toMatchObject({
      outcome: "done",
      requests: { total: 0, failed: 0 },
      instances: ["api-1", "api-2", "api-3"].map((id) => ({ id, outcome: "kept", inRotation: true })),
    });
    expect(status).toBe(0);
    // Neither an order nor a probe, for which it would have waited.
    expect(lines.filter(({ kind }) => kind === "action" || kind === "probe")).toEqual([]);
    expect(pids()).toEqual(before);
  });

  it("with `instances: 2` the third is drained and stopped without a failed request", inOrder, async () => {
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

  it("with `instances: 3` one more is started and the others are left alone", inOrder, async () => {
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

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

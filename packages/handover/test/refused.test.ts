import { createServer, type Server } from "node:http";
import { existsSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { inOrder } from "./fixtures/in-order.ts";
import { freePort } from "./fixtures/free-port.ts";
import { Project } from "./fixtures/project.ts";
import { until } from "./fixtures/until.ts";

it.concurrent("a port that is taken: exit status 3 with what to do, and the other program goes on", async () => {
  await using project = await Project.create();
  await using _ = await listening(project.port);
  const { status, stderr } = await project.run("deploy");
  expect(stderr).toContain(`127.0.0.1:${project.port}`);
  expect(stderr).toContain(
    "REFUSED. Nothing was touched. End the program that listens there, or choose another `listen` in handover.yaml.",
  );
  expect(status).toBe(3);
  expect(project.processes().map(({ argv }) => argv)).toEqual([]);
  expect(await (await fetch(project.url)).text()).toBe("another program");
});

it.concurrent("a state directory whose sockets would have too long a path: exit status 3, which variable to set", async () => {
  await using project = await Project.create();
  project.env["HANDOVER_STATE_DIR"] = `${project.directory}/${"long/".repeat(20)}`;
  const { status, stderr } = await project.run("deploy");
  expect(stderr).toContain("Set HANDOVER_STATE_DIR to a shorter directory.");
  expect(status).toBe(3);
  expect(project.processes().map(({ argv }) => argv)).toEqual([]);
  expect(existsSync(`${project.directory}/long`)).toBe(false);
});

describe.concurrent("an environment that serves", () => {
  let project: Project;
  let before: readonly string[];
  beforeAll(async () => {
    project = await Project.deployed();
    before = project.running().map(({ instance, pid }) => `${instance} ${pid}`);
  });

  async function deployIsRefused(): Promise<string> {
    await using traffic = project.traffic();
    project.release({ version: "2" });
    const { status, stderr } = await project.run("deploy");
    // Longer than it would take the load balancer to take an instance out.
    await until("a second of requests", () => traffic.total > 20);
    expect(await project.inRotation()).toHaveLength(2);
    expect(await traffic.stop()).toEqual([]);
    expect(status).toBe(3);
    expect(project.running().map(({ instance, pid }) => `${instance} ${pid}`)).toEqual(before);
    return stderr;
  }

  it("refuses another `listen`, as that would interrupt the service", inOrder, async () => {
    const other = await freePort();
    project.configure({ listen: `127.0.0.1:${other}` });
    const stderr = await deployIsRefused();
    expect(stderr).toContain(
      `the load balancer listens on 127.0.0.1:${project.port}, the configuration says 127.0.0.1:${other}`,
    );
    expect(stderr).toContain("Put the old address back, or run `handover down` and deploy again");
    project.configure({ listen: `127.0.0.1:${project.port}` });
  });

  it("refuses a health path that the running release does not pass", inOrder, async () => {
    project.configure({ health: { path: "/ready" } });
    const stderr = await deployIsRefused();
    expect(stderr).toMatch(/api-\d\/a answers 404 on the new health path \/ready; it passes on \/health/);
    expect(stderr).toContain("First deploy a release that answers on both paths with `health.path: /health`");
    project.configure({ health: {} });
  });

  it("follows to that path once the running release passes it", inOrder, async () => {
    project.release({ version: "2" });
    await project.deploys();
    project.configure({ health: { path: "/ready" } });
    await using traffic = project.traffic();
    await project.deploys();
    expect(await traffic.stop()).toEqual([]);
    expect(await project.inRotation()).toHaveLength(2);
  });
});

it.concurrent.for([
  // The lease is watched until its holder renews it, which is after 5 s.
  { where: "an empty environment", isEmpty: true, minHealthyTime: "4s" },
  { where: "one that serves", isEmpty: false, minHealthyTime: "2s" },
])(
  "of two deploys of $where that begin in the same moment one wins; the other exits 3 and says who holds the lease",
  async ({ isEmpty, minHealthyTime }) => {
    const settings = { rollout: { minHealthyTime } };
    await using project = await (isEmpty ? Project.create(settings) : Project.deployed(settings));
    if (!isEmpty) project.release({ version: "2" });
    await using traffic = isEmpty ? null : project.traffic();
    const both = [project.start("deploy", "--json"), project.start("deploy", "--json")];
    const [winner, loser] = (await Promise.all(both.map((each) => each.ended))).toSorted(
      (one, other) => one.status! - other.status!,
    );
    expect(await traffic?.stop()).toEqual(isEmpty ? undefined : []);
    expect([winner!.status, loser!.status]).toEqual([0, 3]);
    expect(winner!.report).toMatchObject({ outcome: "done", requests: { failed: 0 } });
    expect(loser!.lines.map(({ kind }) => kind)).toEqual(["error"]);
    const pids = both.map(({ pid }) => pid).join("|");
    expect(loser!.lines[0]).toMatchObject({
      code: "LEASE_HELD",
      message: expect.stringMatching(
        new RegExp(String.raw`^\S+@\S+ \(process (${pids})\) has been deploying for \d+ s$`),
      ),
      next: "Wait until that deploy is over, then try again.",
    });
    const release = winner!.report!.to;
    expect(project.whoRunsWhat()).toEqual([`api-1 ${release}`, `api-2 ${release}`]);
    expect(await project.inRotation()).toEqual([`api-1 ${release}`, `api-2 ${release}`]);
  },
);

/** Another program, until disposed. */
async function listening(port: number): Promise<AsyncDisposable> {
  const server: Server = createServer((_, response) => response.end("another program"));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

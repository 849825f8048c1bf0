import { beforeAll, describe, expect, it } from "vitest";
import { inOrder } from "./fixtures/in-order.ts";
import { Project } from "./fixtures/project.ts";

describe.concurrent("an environment that never was", () => {
  let project: Project;
  beforeAll(async () => {
    project = await Project.create();
  });

  it("answers `status`: nothing runs", inOrder, async () => {
    const text = await project.runs("status");
    expect(text.stdout).toBe(`api in local, at ${project.url}: nothing runs\n`);
    const { lines } = await project.runs("status", "--json");
    expect(lines).toMatchObject([
      {
        kind: "status",
        at: expect.any(String),
        service: "api",
        environment: "local",
        up: false,
        instances: [],
      },
    ]);
  });

  it("answers `plan` with a first deploy, and starts nothing", inOrder, async () => {
    const text = await project.runs("plan");
    expect(text.stdout).toMatch(
      /^first deploy of dir-[0-9a-f]{7}\.[0-9a-f]{4}, about \d+\.\d s; never fewer than/,
    );
    const { lines } = await project.runs("plan", "--json");
    expect(lines).toMatchObject([
      {
        kind: "plan",
        from: null,
        to: expect.stringMatching(/^dir-/),
        floor: 1,
        refused: null,
        predicted: { durationMs: expect.any(Number), minimum: expect.any(Number) },
        steps: expect.arrayContaining([{ atMs: expect.any(Number), instance: "api-1", step: "start" }]),
      },
    ]);
    expect(project.processes()).toEqual([]);
  });

  it.for(["verify", "logs"])("refuses `%s`, as there is nobody to ask", inOrder, async (command) => {
    const { status, stderr } = await project.run(command);
    expect(stderr).toContain("HOST_UNREACHABLE");
    expect(stderr).toContain("handover up");
    expect(status).toBe(3);
  });

  it("answers `down`: nothing was running", inOrder, async () => {
    expect((await project.runs("down")).stdout).toBe("nothing was running\n");
    expect((await project.runs("down", "--json")).lines).toMatchObject([{ kind: "down", ended: [] }]);
  });

  it("prints the configuration with every default, as text and as JSON", inOrder, async () => {
    const text = await project.runs("config");
    expect(text.stdout).toContain("maxUnavailable: 1");
    const { lines } = await project.runs("config", "--json");
    expect(lines).toMatchObject([
      { kind: "config", configuration: { service: "api", environments: expect.anything() } },
    ]);
  });

  it("`up` starts supervisor and load balancer, once", inOrder, async () => {
    const first = await project.runs("up", "--json");
    expect(first.lines).toMatchObject([{ kind: "up", url: project.url }]);
    expect((first.lines[0]!["started"] as string[]).toSorted()).toEqual(["balancer", "supervisor"]);
    expect((await project.runs("up")).stdout).toBe(`already up at ${project.url}\n`);
    const empty = await fetch(project.url);
    expect({ status: empty.status, body: await empty.text() }).toEqual({
      status: 503,
      body: "No server is available to handle this request.",
    });
  });
});

describe.concurrent("an environment that is up", () => {
  let project: Project;
  let release: string;
  beforeAll(async () => {
    project = await Project.create();
    project.takeExample();
    release = await project.deploys();
  });

  it("`status` shows what each instance runs and whether it is in rotation", inOrder, async () => {
    const { lines } = await project.runs("status", "--json");
    const slot = { release, content: "running", rotation: "in", evidence: "told", inFlight: 0, why: null };
    expect(lines).toMatchObject([
      {
        kind: "status",
        up: true,
        inRotation: 2,
        lease: null,
        instances: [
          { slot: "api-1/a", ...slot },
          { slot: "api-2/a", ...slot },
        ],
      },
    ]);
    const text = await project.runs("status");
    expect(text.stdout).toContain(`api in local, at ${project.url}\n`);
    expect(text.stdout).toContain("2 in rotation");
  });

  it("`verify` shows which instances and releases answered", inOrder, async () => {
    const { lines } = await project.runs("verify", "--json");
    expect(lines).toMatchObject([
      {
        kind: "verify",
        url: `${project.url}/`,
        requests: 8,
        failed: 0,
        instances: [
          { slot: "api-1/a", release, answers: 4 },
          { slot: "api-2/a", release, answers: 4 },
        ],
      },
    ]);
    expect((await project.runs("verify")).stdout).toContain(`8 requests to ${project.url}/, 0 failed`);
  });

  it(
    "`logs` shows what the instances wrote, all or one, and the names of those that there are",
    inOrder,
    async () => {
      const { lines } = await project.runs("logs", "--json", "--lines", "1");
      expect(lines).toMatchObject([
        { kind: "log", slot: "api-1/a", line: expect.stringContaining(`release ${release}`) },
        { kind: "log", slot: "api-2/a", line: expect.stringContaining(`release ${release}`) },
      ]);
      const one = await project.runs("logs", "api-2");
      expect(one.stdout).toMatch(/^api-2\/a \| listening on .*\n$/);
      const none = await project.run("logs", "api-9");
      expect(none.stderr).toContain("there is no instance api-9");
      expect(none.stderr).toContain("Choose one of api-1, api-2.");
      expect(none.status).toBe(2);
    },
  );

  it("`plan` of what runs already says that there is nothing to do", inOrder, async () => {
    expect((await project.runs("plan")).stdout).toBe(`${release} runs already: nothing to do\n`);
    const { lines } = await project.runs("plan", "--json");
    expect(lines).toMatchObject([{ kind: "plan", from: release, to: release, refused: null, steps: [] }]);
  });

  it("`plan` of a change says how long it takes, and the deploy predicts the same", inOrder, async () => {
    project.configure({ environment: { GREETING: "two" } });
    const { lines } = await project.runs("plan", "--json");
    const predicted = lines[0]!["predicted"];
    const { report } = await project.runs("deploy", "--json");
    expect(report).toMatchObject({ from: release, requests: { failed: 0 }, rotation: { minimum: 2 } });
    expect(report!.predicted).toEqual(predicted);
  });
});

describe.concurrent("an environment that is taken down", () => {
  let project: Project;
  let release: string;
  beforeAll(async () => {
    project = await Project.deployed();
    release = project.running()[0]!.release;
  });

  it("`down` ends every instance and the background processes", inOrder, async () => {
    const { lines } = await project.runs("down", "--json");
    expect(lines).toMatchObject([{ kind: "down", ended: ["balancer", "supervisor and instances"] }]);
    expect(project.processes().map(({ argv }) => argv)).toEqual([]);
    const { lines: after } = await project.runs("status", "--json");
    expect(after).toMatchObject([{ up: false, instances: [] }]);
  });

  it("`rollback` after `down` starts the last good release again", inOrder, async () => {
    const { report } = await project.runs("rollback", "--json");
    expect(report).toMatchObject({ outcome: "done", from: null, to: release });
    expect(await project.inRotation()).toEqual([`api-1 ${release}`, `api-2 ${release}`]);
  });
});

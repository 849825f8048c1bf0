import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { inOrder } from "./fixtures/in-order.ts";
import { Project } from "./fixtures/project.ts";

/** A project in a git repository, two commits deployed one after the other, and a third release that failed. */
describe.concurrent("a project in git", () => {
  let project: Project;
  const names: string[] = [];
  beforeAll(async () => {
    project = await Project.create({ rollout: { minHealthyTime: "0s" }, environment: { GREETING: "one" } });
    writeFileSync(join(project.directory, ".gitignore"), "state\n");
    git(project, "init", "--quiet");
    for (const version of ["1", "2"]) {
      project.release({ version });
      project.configure({ environment: { GREETING: version } });
      commit(project, version);
      names.push(await project.deploys());
    }
  });

  it("names a release after its commit and its configuration", inOrder, () => {
    const commits = git(project, "log", "--reverse", "--format=%H").split("\n");
    expect(names.map((name) => name.split(".")[0])).toEqual(commits.map((hash) => `sha-${hash.slice(0, 7)}`));
    expect(names[0]).toMatch(/^sha-[0-9a-f]{7}\.[0-9a-f]{4}$/);
    expect(names[0]!.split(".")[1]).not.toBe(names[1]!.split(".")[1]);
  });

  it("refuses an older commit over a newer one, and says how to go back all the same", inOrder, async () => {
    await using traffic = project.traffic();
    const before = project.running();
    const { status, stdout, report } = await project.run("deploy", names[0]!, "--json");
    expect(status).toBe(3);
    expect(report).toMatchObject({ outcome: "refused", halt: { kind: "refused" } });
    expect(report!.halt!.why).toMatch(new RegExp(`${names[1]}.*newer`));
    expect(stdout).not.toContain(`"kind":"action"`);
    expect(project.running()).toEqual(before);
    expect(await traffic.stop()).toEqual([]);
  });

  it(
    "names a release after its content when files were changed since the commit; what failed is no place to go back to",
    inOrder,
    async () => {
      project.release({ version: "3", fault: "exits" });
      const { status, report } = await project.run("deploy", "--json");
      expect(status).toBe(1);
      expect(report!.to).toMatch(/^dir-[0-9a-f]{7}\.[0-9a-f]{4}$/);
    },
  );

  it(
    "`rollback` goes to the last good release, with the configuration that it ran with",
    inOrder,
    async () => {
      await using traffic = project.traffic();
      const { status, report } = await project.run("rollback", "--json");
      expect(await traffic.stop()).toEqual([]);
      expect(report).toMatchObject({
        outcome: "done",
        from: names[1],
        to: names[0],
        requests: { failed: 0 },
      });
      expect(status).toBe(0);
      expect(project.whoRunsWhat()).toEqual([`api-1 ${names[0]}`, `api-2 ${names[0]}`]);
      const instances = project.processes().filter(({ environment }) => "HANDOVER_INSTANCE" in environment);
      expect(instances.map(({ environment }) => environment["GREETING"])).toEqual(["1", "1"]);
    },
  );

  it("finds a release by the first digits of its commit", inOrder, async () => {
    const digits = names[1]!.slice("sha-".length, "sha-".length + 7);
    const { lines } = await project.runs("plan", digits, "--json");
    expect(lines).toMatchObject([{ from: names[0], to: names[1] }]);
  });
});

describe.concurrent("a project that is deployed again and again", () => {
  it(
    "keeps the last five releases and those that run, and says that a removed one is gone",
    inOrder,
    async () => {
      await using project = await Project.deployed();
      const running = project.running()[0]!.release;
      const { lines } = await project.runs("status", "--releases", "--json");
      expect(lines[0]).toMatchObject({ releases: [running] });
      const built: string[] = [];
      for (const version of ["2", "3", "4", "5", "6", "7", "8"]) {
        project.release({ version });
        const planned = await project.runs("plan", "--json");
        built.unshift(String(planned.lines[0]!["to"]));
      }
      const kept = await project.runs("status", "--releases");
      expect(kept.stdout.trim().split("\n")).toEqual([...built.slice(0, 5), running]);
      const gone = await project.run("deploy", built[6]!);
      expect(gone.stderr).toContain(`no release ${built[6]} is kept`);
      expect(gone.status).toBe(2);
      const nowhere = await project.run("rollback");
      expect(nowhere.stderr).toContain(
        `there is no release to go back to: only ${running} was ever good here`,
      );
      expect(nowhere.status).toBe(2);
    },
  );
});

function commit(project: Project, message: string): void {
  git(project, "add", "--all");
  git(project, "commit", "--quiet", "--message", message);
}

function git(project: Project, ...args: readonly string[]): string {
  const identity = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
  return execFileSync("git", ["-C", project.directory, ...identity, ...args], { encoding: "utf8" }).trim();
}

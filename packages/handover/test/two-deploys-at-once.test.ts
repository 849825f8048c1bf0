import { expect, it } from "vitest";
import { Project } from "./fixtures/project.ts";

it.concurrent.for([
  { where: "an empty environment", isEmpty: true },
  { where: "one that serves", isEmpty: false },
])(
  "of two deploys of $where that begin in the same moment one wins; the other exits 3 and says who holds the lease",
  { timeout: 60_000 },
  async ({ isEmpty }) => {
    const settings = { rollout: { minHealthyTime: "4s" } };
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

import { beforeAll, describe, expect, it } from "vitest";
import { inOrder } from "./fixtures/in-order.ts";
import { step, type Line } from "./fixtures/command-line.ts";
import { Project } from "./fixtures/project.ts";

interface Moment {
  readonly when: string;
  readonly like: (line: Line) => boolean;
  readonly signal: "SIGINT" | "SIGTERM";
  readonly status: number;
  /** Whether the instance at hand is finished. */
  readonly isFinished: boolean;
}

const plan = (line: Line): boolean => line.kind === "plan";
const ctrlC = { signal: "SIGINT", status: 130 } as const;
const term = { signal: "SIGTERM", status: 143 } as const;

describe.concurrent.for<{ strategy: string; moments: readonly Moment[] }>([
  {
    strategy: "start-first",
    moments: [
      { when: "before anything was touched", like: plan, ...ctrlC, isFinished: false },
      { when: "while the new one starts", like: step("start"), ...ctrlC, isFinished: false },
    ],
  },
  {
    strategy: "start-first",
    moments: [
      { when: "while the new one is proven", like: step("prove"), ...term, isFinished: false },
      { when: "while the old one drains", like: step("drain"), ...ctrlC, isFinished: true },
    ],
  },
  {
    strategy: "stop-first",
    moments: [
      { when: "before anything was touched", like: plan, ...term, isFinished: false },
      { when: "while the old one drains", like: step("drain"), ...ctrlC, isFinished: false },
    ],
  },
  {
    strategy: "stop-first",
    moments: [
      { when: "while it is swapped", like: step("swap"), ...term, isFinished: true },
      { when: "while the new one is proven", like: step("prove"), ...ctrlC, isFinished: true },
    ],
  },
])("$strategy: a deploy that gets", ({ strategy, moments }) => {
  let project: Project;
  let version = 1;
  beforeAll(async () => {
    project = await Project.deployed({ rollout: { strategy } });
  });

  it.for(moments)(
    "$signal $when exits $status, with the instance at hand finished or put back and no failed request",
    inOrder,
    async ({ like, signal, status, isFinished }) => {
      version += 1;
      project.release({ version: String(version), startMs: 500 });
      const before = project.whoRunsWhat();
      await using traffic = project.traffic();
      const command = project.start("deploy", "--json");
      await command.says("the moment to interrupt it", like);
      command.signal(signal);
      const ended = await command.ended;
      expect(await traffic.stop()).toEqual([]);
      expect(ended.report).toMatchObject({
        outcome: "interrupted",
        halt: { kind: "interrupted" },
        requests: { failed: 0, cut: 0 },
      });
      expect(ended.status).toBe(status);
      const after = isFinished ? [`api-1 ${ended.report!.to}`, before[1]] : before;
      expect(project.whoRunsWhat()).toEqual(after);
      expect(await project.inRotation()).toEqual(after);
    },
  );

  it("a later deploy goes on to the end", inOrder, async () => {
    await using traffic = project.traffic();
    const release = await project.deploys();
    expect(await traffic.stop()).toEqual([]);
    expect(project.whoRunsWhat()).toEqual([`api-1 ${release}`, `api-2 ${release}`]);
    expect(await project.inRotation()).toEqual([`api-1 ${release}`, `api-2 ${release}`]);
  });
});

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CommandLine } from "./fixtures/command-line.ts";
import { until } from "./fixtures/until.ts";
import { processesBelow } from "./fixtures/processes-below.ts";

it("the demo deploys twice, ends with the second report and leaves no process and no file", async () => {
  const directory = mkdtempSync(join(tmpdir(), "ho-e2e-"));
  await using _ = gone(directory);
  const env = { ...process.env, TMPDIR: directory, HOME: directory };
  const { status, report, lines, tookMs } = await new CommandLine(["demo", "--json"], {
    cwd: directory,
    env,
  }).ended;
  expect(report).toMatchObject({
    outcome: "done",
    service: "api",
    requests: { failed: 0, cut: 0 },
    rotation: { floor: 2 },
    instances: ["api-1", "api-2", "api-3"].map((id) => ({ id, outcome: "replaced", inRotation: true })),
  });
  expect(status).toBe(0);
  const plans = lines.filter(({ kind }) => kind === "plan");
  expect(plans).toMatchObject([{ from: null }, { from: plans[0]!["to"], to: report!.to }]);
  expect(lines.filter(({ kind }) => kind === "report").at(-1)).toBe(lines.at(-1));
  expect(report!.from).toBe(plans[0]!["to"]);
  expect(report!.requests.total).toBeGreaterThan(1_000);
  expect(report!.rotation.minimum).toBeGreaterThanOrEqual(2);
  expect(tookMs).toBeLessThan(45_000);
  expect(processesBelow(directory).map(({ argv }) => argv)).toEqual([]);
  expect(readdirSync(directory)).toEqual([]);
});

/** Whatever a demo that failed left behind goes as well. */
function gone(directory: string): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      await until("what the demo started to end", () => {
        const left = processesBelow(directory);
        for (const { pid } of left) process.kill(pid, "SIGKILL");
        return left.length === 0;
      });
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

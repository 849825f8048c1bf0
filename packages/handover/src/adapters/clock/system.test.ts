import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { machineClock, systemClock } from "./system.ts";

it("a sleep lasts as long as it should", async () => {
  const began = systemClock.now();
  await systemClock.sleep(50);
  expect(systemClock.now() - began).toBeGreaterThanOrEqual(49);
});

it("a sleep ends with the signal's reason as soon as it is aborted, also when it was before", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const sleeping = systemClock.sleep(60_000, controller.signal);
  controller.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  await expect(systemClock.sleep(60_000, controller.signal)).rejects.toBe(reason);
});

it("two processes of one boot read the same machine clock", () => {
  const file = fileURLToPath(new URL("./system.ts", import.meta.url));
  const script = `import(${JSON.stringify(file)}).then((m) => console.log(m.machineClock.now()))`;
  const before = machineClock.now();
  const { stdout } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
  expect(Number(stdout)).toBeGreaterThan(before);
  expect(Number(stdout)).toBeLessThan(machineClock.now());
});

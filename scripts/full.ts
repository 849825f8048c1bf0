/**
 * `npm run full`: what is too long for every change. The tests three times, each with another seed; the random worlds
 * with many more runs; the bench. Everything runs, whatever fails.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

interface Part {
  readonly name: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const seed = Number(process.env["HANDOVER_SEED"] ?? Date.now() % 1_000_000_000);
const pass = (number: number): Part => ({
  name: `tests, pass ${number}, HANDOVER_SEED=${seed + number}`,
  args: ["test"],
  environment: { HANDOVER_SEED: String(seed + number) },
});

const parts: readonly Part[] = [
  pass(0),
  pass(1),
  pass(2),
  {
    name: `5000 random worlds, HANDOVER_SEED=${seed}`,
    args: ["test", "--", "packages/handover/src/simulation"],
    environment: { HANDOVER_SEED: String(seed), HANDOVER_SIMULATION_RUNS: "5000" },
  },
  { name: "bench", args: ["run", "bench"] },
];

const failed = parts.filter(({ name, args, environment }) => {
  console.log(`\n> ${name}`);
  const { status } = spawnSync("npm", args, {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: { ...process.env, ...environment },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return status !== 0;
});

console.log(
  failed.length === 0 ? "\nAll passed." : `\nFailed: ${failed.map(({ name }) => name).join("; ")}.`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

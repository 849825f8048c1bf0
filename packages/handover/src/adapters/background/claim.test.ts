import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { claim } from "./claim.ts";
import { identityOf, ownIdentity } from "./process-identity.ts";

function inTemp(): string {
  const directory = mkdtempSync(join(tmpdir(), "ho-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

const module = JSON.stringify(new URL("./claim.ts", import.meta.url).href);

/** A process that claims the directory over and over for a while, and says whether it ever owned it. */
function contender(directory: string): Promise<string> {
  const child = spawn(process.execPath, [
    "--input-type=module",
    "-e",
    `const { claim } = await import(${module});
     const got = claim(${JSON.stringify(directory)}, "supervisor");
     console.log(got.kind);
     if (got.kind === "owner") setTimeout(() => {}, 2000);`,
  ]);
  return new Promise((resolve) => child.stdout.once("data", (chunk) => resolve(String(chunk).trim())));
}

it("of processes that claim a directory at once one gets it, whatever a dead one left", async () => {
  const directory = inTemp();
  const dead = { ...ownIdentity(), startTime: "1" };
  writeFileSync(join(directory, "supervisor.claim.7"), JSON.stringify(dead));
  const got = await Promise.all(Array.from({ length: 6 }, () => contender(directory)));
  expect(got.toSorted()).toEqual(["owner", "taken", "taken", "taken", "taken", "taken"]);
  expect(readdirSync(directory)).toEqual(["supervisor.claim.8"]);
});

it("whoever holds it says who that is, and notices when the claim is gone or another came", () => {
  const directory = inTemp();
  const mine = claim(directory, "supervisor");
  const holds = () => mine.kind === "owner" && mine.claim.holds();
  expect(holds()).toBe(true);
  expect(claim(directory, "supervisor")).toEqual({ kind: "taken", by: identityOf(process.pid) });
  expect(claim(directory, "balancer").kind).toBe("owner");
  writeFileSync(join(directory, "supervisor.claim.2"), "{}");
  expect(holds()).toBe(false);
  rmSync(join(directory, "supervisor.claim.2"));
  rmSync(join(directory, "supervisor.claim.1"));
  expect(holds()).toBe(false);
});

it("a claim that makes no sense stands in nobody's way", () => {
  const directory = inTemp();
  writeFileSync(join(directory, "supervisor.claim.1"), "half a cl");
  expect(claim(directory, "supervisor").kind).toBe("owner");
});

it("a claim that is there but cannot be read is told, and neither passed over nor waited for", () => {
  const directory = inTemp();
  mkdirSync(join(directory, "supervisor.claim.1"));
  expect(() => claim(directory, "supervisor")).toThrow(/EISDIR/);
});

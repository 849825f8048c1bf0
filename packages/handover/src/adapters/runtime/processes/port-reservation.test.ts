import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { keepOnly, releasePort, reservePort } from "./port-reservation.ts";

const PORT = 19_999;

/** Whether another process of this machine could have the port. */
function anotherCanHave(port: number): boolean {
  const script = `
    const server = require("node:net").createServer();
    server.once("error", () => process.exit(1));
    server.listen({ path: "\\0handover-port-${port}" }, () => process.exit(0));`;
  try {
    execFileSync(process.execPath, ["-e", script], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

it("a port that is promised to a slot cannot be promised by another supervisor, until it is given back", async () => {
  expect(await reservePort(PORT)).toBe(true);
  expect(await reservePort(PORT)).toBe(true);
  expect(anotherCanHave(PORT)).toBe(false);
  keepOnly(new Set([PORT]));
  expect(anotherCanHave(PORT)).toBe(false);
  releasePort(PORT);
  expect(anotherCanHave(PORT)).toBe(true);
});

import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { instanceId, releaseName, type LeaseToken } from "../../../fleet/ids.ts";
import { ownIdentity } from "../../background/process-identity.ts";
import { machineClock } from "../../clock/system.ts";
import { orderStart } from "./orders.ts";
import type { StartRequest } from "./protocol.ts";
import { Supervisor } from "./supervisor.ts";
import { SERVICE } from "./test/environment-under-test.ts";
import { timingsSchema } from "./timings.ts";

/** A supervisor in this process, so that two requests meet at a moment that the test chooses. */
class InProcess implements AsyncDisposable {
  readonly #directory: string = mkdtempSync(join(tmpdir(), "ho-"));
  readonly supervisor: Supervisor = new Supervisor(
    this.#directory,
    timingsSchema.parse({ probeEveryMs: 20 }),
    { holds: () => true },
    () => undefined,
  );
  readonly token: LeaseToken = this.#lease();

  declare(...ids: readonly string[]) {
    return this.supervisor.declare(
      this.token,
      ids.map((id) => ({ id: instanceId(id), slots: ["a"] })),
    );
  }

  start(release: string): Promise<void> {
    const order: StartRequest = {
      token: this.token,
      notAfterMs: 5_000,
      slot: "api-1/a",
      spec: {
        release: releaseName(release),
        directory: this.#directory,
        command: [process.execPath, "-e", `${SERVICE} setTimeout(process.exit, 20000);`],
        environment: {},
        health: { path: "/", timeoutMs: 500 },
        startDeadlineMs: 5_000,
        stopGraceMs: 1_000,
        longestRequestMs: 1_000,
      },
    };
    return orderStart(this.supervisor, order, machineClock.now());
  }

  slots(): readonly string[] {
    return this.supervisor.state().slots.map(({ slot, content }) => `${slot} ${content.kind}`);
  }

  #lease(): LeaseToken {
    const { pid, startTime } = ownIdentity();
    const asked = { owner: "test", host: hostname(), pid, startTime, ttlMs: 60_000 };
    const acquired = this.supervisor.leases.acquire(asked);
    if ("holder" in acquired) throw new Error("the lease is taken");
    return acquired.token;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.supervisor.clear();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

it("nothing is started in a slot that was declared away while the start looked for a free port", async () => {
  await using it = new InProcess();
  await it.declare("api-1");
  const start = it.start("one");
  await it.declare();
  await expect(start).rejects.toThrow("there is no slot api-1/a");
  expect(it.slots()).toEqual([]);
});

it("a slot that is started in while other ports are looked for stays known", async () => {
  await using it = new InProcess();
  await it.declare("api-1");
  const ids = Array.from({ length: 40 }, (_, index) => `other-${index}`);
  const declared = it.declare(...ids);
  await it.start("one");
  await declared;
  expect(it.slots()).toContain("api-1/a starting");
});

it("slots are not declared by whoever lost the lease while their ports were looked for", async () => {
  await using it = new InProcess();
  const declared = it.declare("api-1");
  it.supervisor.leases.release(it.token);
  await expect(declared).rejects.toThrow("the lease is no longer held");
  expect(it.slots()).toEqual([]);
});

it("the same declaration twice at once gives the same ports", async () => {
  await using it = new InProcess();
  const [one, other] = await Promise.all([it.declare("api-1", "api-2"), it.declare("api-1", "api-2")]);
  expect(one).toEqual(other);
});

it("the same start twice at once is accepted twice and done once", async () => {
  await using it = new InProcess();
  await it.declare("api-1");
  await Promise.all([it.start("one"), it.start("one")]);
  expect(it.slots()).toEqual(["api-1/a starting"]);
  await expect(it.start("two")).rejects.toThrow("not free");
});

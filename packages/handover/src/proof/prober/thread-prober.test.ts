import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MeasuredSample } from "../measurement.ts";
import { threadProber } from "./thread-prober.ts";
import { workerEntry } from "./worker-entry.ts";

const server = createServer((request, response) => {
  if (request.url === "/slow") setTimeout(() => response.end("late"), 400);
  else response.end("ok");
});
let base = "";

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

const target = (path: string, ratePerSecond: number) => ({
  url: `${base}${path}`,
  ratePerSecond,
  failFromStatus: 500,
});

describe("the probe in a thread of its own", () => {
  it("goes on sending while the deploy's own thread is busy, on the deploy's own clock", async () => {
    const samples: MeasuredSample[] = [];
    const started = performance.now();
    const refused = await unusedPort();
    const probe = await threadProber().start(
      [{ ...target("/", 100), url: `http://127.0.0.1:${refused}/` }],
      (sample) => samples.push(sample),
    );
    const busyFrom = performance.now();
    while (performance.now() - busyFrom < 1_000);
    const busyUntil = performance.now();
    const measured = await probe.stop();
    const during = measured.failures.filter(({ at }) => at >= busyFrom && at <= busyUntil);
    expect(during.length).toBeGreaterThan(50);
    expect(measured.startedAt).toBeGreaterThanOrEqual(started);
    expect(measured.endedAt).toBeLessThanOrEqual(performance.now());
    expect(samples.length).toBeGreaterThanOrEqual(2);
  });

  it("waits for slow requests when it is stopped, and keeps their latency apart from the first target's", async () => {
    const enough = Promise.withResolvers<void>();
    let sent = 0;
    const probe = await threadProber().start([target("/", 50), target("/slow", 10)], (sample) => {
      sent += sample.sent;
      if (sent > 40) enough.resolve();
    });
    await enough.promise;
    const measured = await probe.stop();
    const [fast, slow] = measured.targets;
    expect(measured.failures).toEqual([]);
    expect(slow?.latency.p50Ms).toBeGreaterThan(390);
    expect(fast?.latency.p50Ms).toBeLessThan(390);
    expect(measured.latency.all).toEqual(fast?.latency);
    expect((fast?.sent ?? 0) + (slow?.sent ?? 0)).toBe(measured.total);
  });

  it("keeps the latency before, during and after the deploy apart", async () => {
    const heard = [
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
    ];
    let count = 0;
    const probe = await threadProber().start([target("/", 50)], () => heard[count++]?.resolve());
    await heard[0]?.promise;
    probe.mark("during");
    await heard[1]?.promise;
    probe.mark("after");
    await heard[2]?.promise;
    const { latency } = await probe.stop();
    for (const phase of [latency.before, latency.during, latency.after])
      expect(phase.p50Ms).toBeGreaterThan(0);
  });

  it("sums up once, however often it is stopped", async () => {
    const probe = await threadProber().start([target("/", 20)], () => undefined);
    const [first, second] = await Promise.all([probe.stop(), probe.stop()]);
    expect(first).toBe(second);
  });

  it("refuses to start with a name that does not resolve, or what is not http", async () => {
    const nowhere = { ...target("/", 1), url: "http://nowhere.invalid/" };
    await expect(threadProber().start([nowhere], () => undefined)).rejects.toThrow("nowhere.invalid");
    const ftp = { ...target("/", 1), url: "ftp://127.0.0.1/" };
    await expect(threadProber().start([ftp], () => undefined)).rejects.toThrow("not ftp:");
  });

  it("says so when its thread could not start", async () => {
    const prober = threadProber({ entry: new URL("file:///nowhere/prober-worker.js") });
    await expect(prober.start([target("/", 1)], () => undefined)).rejects.toThrow("prober-worker.js");
  });

  it("starts from source and from a bundle alike", () => {
    expect(workerEntry("file:///src/proof/prober/thread-prober.ts").pathname).toBe(
      "/src/proof/prober/prober-worker.ts",
    );
    expect(workerEntry("file:///dist/handover.js").pathname).toBe("/dist/prober-worker.js");
  });
});

async function unusedPort(): Promise<number> {
  const unused = createServer().listen(0, "127.0.0.1");
  await once(unused, "listening");
  const { port } = unused.address() as AddressInfo;
  unused.close();
  await once(unused, "close");
  return port;
}

import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { connect, createServer as createTcpServer, type AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { MeasuredSample, Measurement } from "../measurement.ts";
import { startProbeLoop } from "./probe-loop.ts";

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serve(listener: RequestListener, prepare?: (server: Server) => void): Promise<string> {
  const server = createServer(listener);
  prepare?.(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}/`;
}

interface Wanted {
  readonly url: string;
  readonly rate?: number;
  readonly deadlineMs?: number;
  readonly addresses?: readonly string[];
}

/** Probes until `enough` says so, as it hears sample after sample. */
async function probe(
  wanted: Wanted,
  enough: (sent: number, failed: number) => boolean = (sent) => sent >= 20,
): Promise<Measurement> {
  const reached = Promise.withResolvers<void>();
  let sent = 0;
  let failed = 0;
  const onSample = (sample: MeasuredSample): void => {
    sent += sample.sent;
    failed += sample.failed;
    if (enough(sent, failed)) reached.resolve();
  };
  const loop = startProbeLoop(
    {
      targets: [
        {
          url: wanted.url,
          ratePerSecond: wanted.rate ?? 100,
          failFromStatus: 500,
          addresses: wanted.addresses ?? ["127.0.0.1"],
        },
      ],
      deadlineMs: wanted.deadlineMs ?? 5_000,
      clockOrigin: 0,
    },
    onSample,
  );
  await reached.promise;
  return await loop.finish();
}

function kinds(measurement: Measurement): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { why, count } of measurement.failures) counts[why] = (counts[why] ?? 0) + count;
  return counts;
}

describe("the probe", () => {
  it("counts every good answer and finds no failure where there is none", async () => {
    let served = 0;
    const url = await serve((_request, response) => {
      served += 1;
      response.end("ok");
    });
    const measured = await probe({ url });
    expect(measured.total).toBe(served);
    expect(measured.failures).toEqual([]);
    expect(measured.latency.all.p50Ms).toBeGreaterThan(0);
    expect(measured.latency.all.p99Ms).toBeGreaterThanOrEqual(measured.latency.all.p50Ms);
  });

  it("says who it is in every request", async () => {
    const seen = new Set<string>();
    const url = await serve((request, response) => {
      seen.add(
        `${String(request.headers["handover-probe"])} ${request.headers["user-agent"]} ${request.headers.host}`,
      );
      response.end();
    });
    await probe({ url });
    expect([...seen]).toEqual([`1 handover-probe ${new URL(url).host}`]);
  });

  it("sends half of the requests over new connections and half over kept-alive ones", async () => {
    const connections = { close: 0, "keep-alive": 0 };
    let opened = 0;
    const url = await serve(
      (request, response) => {
        connections[request.headers.connection === "close" ? "close" : "keep-alive"] += 1;
        response.end();
      },
      (server) => server.on("connection", () => (opened += 1)),
    );
    await probe({ url }, (sent) => sent >= 100);
    expect(Math.abs(connections.close - connections["keep-alive"])).toBeLessThanOrEqual(1);
    expect(opened - connections.close).toBeLessThan(connections["keep-alive"] / 2);
  });

  it("goes on sending at its rate while the server answers nothing at all", async () => {
    const held: (() => void)[] = [];
    const url = await serve((_request, response) => held.push(() => response.end()));
    const measured = await probe({ url, rate: 200, deadlineMs: 1_000 }, (sent) => {
      if (sent >= 100) for (const answer of held.splice(0)) answer();
      return sent >= 100;
    });
    const seconds = ((measured.samples.at(-1)?.at ?? 0) - measured.startedAt) / 1000;
    expect(measured.total).toBeGreaterThanOrEqual(100);
    expect(measured.total / seconds).toBeLessThanOrEqual(205);
  });

  it("names a server that answers nothing a timeout once the deadline has passed", async () => {
    const url = await serve(() => undefined);
    const measured = await probe({ url, deadlineMs: 200 }, (_, failed) => failed >= 10);
    expect(Object.keys(kinds(measured))).toEqual(["timeout"]);
    expect(measured.failures.map((failure) => failure.count).length).toBe(measured.total);
    for (const { at, sentAt } of measured.failures) expect(at - sentAt).toBeGreaterThanOrEqual(195);
  });

  it("names an answer at or above the status that fails, and lets those below pass", async () => {
    let number = 0;
    const url = await serve((_request, response) => {
      response.statusCode = [502, 404, 200, 503][number++ % 4] ?? 200;
      response.end();
    });
    const measured = await probe({ url });
    expect(Object.keys(kinds(measured)).toSorted()).toEqual(["status 502", "status 503"]);
    const failed = measured.failures.length;
    expect(Math.abs(failed - measured.total / 2)).toBeLessThanOrEqual(1);
  });

  it("names a refused connection", async () => {
    const server = createTcpServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    const measured = await probe({ url: `http://127.0.0.1:${port}/` });
    expect(kinds(measured)).toEqual({ ECONNREFUSED: measured.total });
    expect(new Set(measured.failures.map((failure) => failure.connection))).toEqual(
      new Set(["new", "kept-alive"]),
    );
  });

  it("names a connection that is reset before it was ever answered", async () => {
    const url = await serve((request) => request.socket.resetAndDestroy());
    const measured = await probe({ url });
    expect(kinds(measured)).toEqual({ ECONNRESET: measured.total });
    expect(measured.repeated).toBe(0);
  });

  it("names a body that ends too early", async () => {
    const url = await serve((request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => request.socket.destroy());
    });
    const measured = await probe({ url });
    expect(kinds(measured)).toEqual({ "body cut off": measured.total });
  });

  it("repeats a request once when its kept-alive connection turned out closed, and counts that apart", async () => {
    const answered = new WeakSet<object>();
    const url = await serve((request, response) => {
      if (answered.has(request.socket)) request.socket.destroy();
      else response.end("ok");
      answered.add(request.socket);
    });
    const measured = await probe({ url }, (sent) => sent >= 40);
    expect(measured.failures).toEqual([]);
    expect(measured.repeated).toBeGreaterThan(5);
  });

  it("does not repeat a request whose kept-alive connection broke in the middle of an answer", async () => {
    const answered = new WeakSet<object>();
    const url = await serve((request, response) => {
      if (answered.has(request.socket)) {
        request.socket.write("HTTP/1.1 200", () => request.socket.destroy());
      } else response.end("ok");
      answered.add(request.socket);
    });
    const measured = await probe({ url }, (sent) => sent >= 40);
    expect(measured.repeated).toBe(0);
    expect(measured.failures.length).toBeGreaterThan(5);
    expect(new Set(measured.failures.map((failure) => failure.connection))).toEqual(new Set(["kept-alive"]));
  });

  it("tells the longest time between two good answers", async () => {
    let failing = true;
    const url = await serve((_request, response) => {
      response.statusCode = failing ? 500 : 200;
      response.end();
    });
    const measured = await probe({ url }, (_, failed) => {
      if (failed >= 40) failing = false;
      return failed >= 40;
    });
    const first = measured.failures.at(0);
    const last = measured.failures.at(-1);
    expect(measured.longestGapMs).toBeGreaterThanOrEqual((last?.at ?? 0) - (first?.at ?? 0) - 1);
  });

  it("asks every address of a name in turn, over both kinds of connection", async () => {
    const hits: Record<string, number> = {};
    const server = createServer((request, response) => {
      const key = `${request.socket.localAddress ?? ""} ${request.headers.connection ?? ""}`;
      hits[key] = (hits[key] ?? 0) + 1;
      response.end();
    });
    server.listen(0, "0.0.0.0");
    await once(server, "listening");
    closing.push(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    });
    const { port } = server.address() as AddressInfo;
    const measured = await probe(
      { url: `http://api.test:${port}/`, addresses: ["127.0.0.1", "127.0.0.2"] },
      (sent) => sent >= 40,
    );
    expect(measured.failures).toEqual([]);
    expect(Object.keys(hits).toSorted()).toEqual([
      "127.0.0.1 close",
      "127.0.0.1 keep-alive",
      "127.0.0.2 close",
      "127.0.0.2 keep-alive",
    ]);
    for (const count of Object.values(hits))
      expect(Math.abs(count - measured.total / 4)).toBeLessThanOrEqual(1);
  });

  it("leaves no connection behind when it has finished", async () => {
    let open = 0;
    const url = await serve(
      (_request, response) => response.end(),
      (server) =>
        server.on("connection", (socket) => {
          open += 1;
          socket.on("close", () => (open -= 1));
        }),
    );
    await probe({ url });
    const last = connect(Number(new URL(url).port), "127.0.0.1");
    await once(last, "connect");
    last.destroy();
    await expect.poll(() => open).toBe(0);
  });
});

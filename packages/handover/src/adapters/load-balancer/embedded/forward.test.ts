import { once } from "node:events";
import { request, type IncomingMessage, type RequestListener } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { answerTo, ask, balancing, sendBytes, service, until } from "./loopback.ts";

/** Answers with the request's headers as they were received. */
const echoHeaders: RequestListener = (request, response) => {
  response.end(JSON.stringify(request.rawHeaders));
};

function headersIn(body: string): Map<string, string[]> {
  const raw: string[] = JSON.parse(body);
  const all = new Map<string, string[]>();
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? "").toLowerCase();
    all.set(name, [...(all.get(name) ?? []), raw[index + 1] ?? ""]);
  }
  return all;
}

test("the service sees the client's address, host and protocol, after what proxies before had said", async () => {
  await using echo = await service(echoHeaders);
  await using bed = await balancing([echo]);
  const headers = {
    host: "api.example.com",
    "x-forwarded-for": "203.0.113.7",
    "x-forwarded-proto": "gopher",
    "x-forwarded-host": "elsewhere",
  };
  const seen = headersIn((await ask(bed.port, "/", { headers })).body);
  expect(seen.get("host")).toEqual(["api.example.com"]);
  expect(seen.get("x-forwarded-for")).toEqual(["203.0.113.7, 127.0.0.1"]);
  expect(seen.get("x-forwarded-proto")).toEqual(["http"]);
  expect(seen.get("x-forwarded-host")).toEqual(["api.example.com"]);
});

test("headers for one connection only, also those that Connection lists, reach neither service nor client", async () => {
  await using echo = await service((request, response) => {
    response.writeHead(200, {
      Connection: "close, X-Hop",
      "X-Hop": "1",
      "Keep-Alive": "timeout=1",
      "Proxy-Authenticate": "Basic",
      Upgrade: "h2c",
      "X-Kept": "yes",
      "Set-Cookie": ["a=1", "b=2"],
    });
    response.end(JSON.stringify(request.rawHeaders));
  });
  await using bed = await balancing([echo]);
  const answer = await ask(bed.port, "/", {
    method: "POST",
    headers: {
      "Transfer-Encoding": "chunked",
      Connection: "x-secret-hop, close, host",
      "X-Secret-Hop": "1",
      "Keep-Alive": "timeout=9",
      "Proxy-Authorization": "Basic eA==",
      "Proxy-Connection": "keep-alive",
      TE: "trailers",
      Trailer: "x-sum",
      "X-Kept": "yes",
      Host: "kept.example.com",
    },
  });
  const seen = headersIn(answer.body);
  const gone = ["x-secret-hop", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer"];
  expect(gone.filter((name) => seen.has(name))).toEqual([]);
  expect(seen.get("x-kept")).toEqual(["yes"]);
  expect(seen.get("host")).toEqual(["kept.example.com"]);
  expect(answer.headers["x-hop"]).toBeUndefined();
  expect(answer.headers["proxy-authenticate"]).toBeUndefined();
  expect(answer.headers.upgrade).toBeUndefined();
  expect(answer.headers["x-kept"]).toBe("yes");
  expect(answer.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
});

test("method, path, status, reason and bodies pass through as they are", async () => {
  await using echo = await service((request, response) => {
    response.writeHead(418, "Short And Stout");
    request.pipe(response);
  });
  await using bed = await balancing([echo]);
  const body = "ä".repeat(100_000);
  for (const framing of [{ "content-length": Buffer.byteLength(body) }, { "transfer-encoding": "chunked" }]) {
    const answer = await ask(bed.port, "/a%20b?c=d&c=e", { method: "PATCH", headers: framing }, body);
    expect(answer.status).toBe(418);
    expect(answer.body).toBe(body);
  }
  expect(echo.seen).toEqual(["PATCH /a%20b?c=d&c=e", "PATCH /a%20b?c=d&c=e"]);
});

test("a POST without a body arrives without one, and without chunks", async () => {
  await using echo = await service(echoHeaders);
  await using bed = await balancing([echo]);
  const answer = await sendBytes(bed.port, "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  expect(answer).toContain('"Content-Length","0"');
  expect(answer).not.toContain('Transfer-Encoding","chunked');
});

test("a client of HTTP/1.0 gets its answer and the end of the connection", async () => {
  await using echo = await service((_request, response) => {
    response.write("one ");
    response.end("two");
  });
  await using bed = await balancing([echo]);
  const answer = await sendBytes(bed.port, "GET / HTTP/1.0\r\n\r\n");
  expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  expect(answer.endsWith("\r\n\r\none two")).toBe(true);
});

test("to such a client, a body without a length that broke off is not sold as a whole one", async () => {
  const sockets: Socket[] = [];
  await using dying = await rawService((socket) => {
    sockets.push(socket);
    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n");
  });
  await using bed = await balancingRaw(dying.port);
  const client = connect(bed.port, "127.0.0.1");
  client.write("GET / HTTP/1.0\r\n\r\n");
  const failed = once(client, "error");
  await once(client, "data");
  sockets.at(-1)?.resetAndDestroy();
  const [error] = await failed;
  expect(error.code).toBe("ECONNRESET");
});

test("events of a stream arrive one by one, and the head before the first of them", async () => {
  const { promise: opened, resolve: open } = Promise.withResolvers<Parameters<RequestListener>[1]>();
  await using stream = await service((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    open(response);
  });
  await using bed = await balancing([stream]);
  const answer = await answerTo(request({ port: bed.port, agent: false }).end());
  expect(answer.headers["content-type"]).toBe("text/event-stream");
  const events = await opened;
  for (const event of ["data: 1\n\n", "data: 2\n\n", "data: 3\n\n"]) {
    events.write(event);
    const [chunk] = await once(answer, "data");
    expect(String(chunk)).toBe(event);
  }
  expect(bed.slot("api-1/a").inFlight).toBe(1);
  events.end();
  answer.resume();
  await once(answer, "end");
  await until("nothing is in flight", () => bed.slot("api-1/a").inFlight === 0);
});

test("a slow client slows the service down: what is under way between them stays bounded", async () => {
  const whole = 200_000_000;
  let written = 0;
  await using large = await service((_request, response) => {
    const block = Buffer.alloc(100_000);
    const go = (): void => {
      while (written < whole && !response.destroyed) {
        written += block.length;
        if (!response.write(block)) return void response.once("drain", go);
      }
      response.end();
    };
    go();
  });
  await using bed = await balancing([large]);
  const answer = await answerTo(request({ port: bed.port, agent: false }).end());
  answer.pause();
  let before = -1;
  await until("the service has stopped writing", async () => {
    const still = written === before;
    before = written;
    await bed.client.state(bed.signal);
    await new Promise((resolve) => setTimeout(resolve, 100));
    return still && written > 0;
  });
  // Two pairs of socket buffers on loopback, each of a few megabytes; nothing near the body.
  expect(written).toBeLessThan(whole / 5);
  answer.destroy();
  await until("the request was given up", () => bed.slot("api-1/a").inFlight === 0);
});

test("a slow service slows the client down: an upload is not collected", async () => {
  const { promise: arrived, resolve } = Promise.withResolvers<IncomingMessage>();
  await using slow = await service((request) => {
    request.pause();
    resolve(request);
  });
  await using bed = await balancing([slow]);
  const upload = request({ port: bed.port, method: "POST", agent: false });
  upload.on("error", () => {});
  const block = Buffer.alloc(100_000);
  let sent = 0;
  const limit = 200_000_000;
  while (sent < limit) {
    sent += block.length;
    if (upload.write(block)) continue;
    const drained = await Promise.race([
      once(upload, "drain").then(() => true),
      new Promise<false>((resolve) => setTimeout(() => resolve(false), 500)),
    ]);
    if (!drained) break;
  }
  expect(sent).toBeLessThan(limit / 5);
  upload.destroy();
  (await arrived).resume();
  await until("the request was given up", () => bed.slot("api-1/a").inFlight === 0);
});

for (const [framing, head] of [
  ["a known length", "Content-Length: 1000"],
  ["chunks", "Transfer-Encoding: chunked"],
  ["no framing but the connection's end", "Connection: close"],
] as const) {
  test(`a service that dies in mid-body, sent with ${framing}, breaks the client's connection off`, async () => {
    const sockets: Socket[] = [];
    await using dying = await rawService((socket) => {
      sockets.push(socket);
      const part = head.includes("chunked") ? "4\r\npart\r\n" : "part";
      socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n${part}`);
    });
    await using bed = await balancingRaw(dying.port);
    const answer = await answerTo(request({ port: bed.port, agent: false }).end());
    const broken = once(answer, "error");
    const [first] = await once(answer, "data");
    expect(String(first)).toBe("part");
    sockets.at(-1)?.resetAndDestroy();
    const [error] = await broken;
    expect(error.code).toBe("ECONNRESET");
    expect(answer.complete).toBe(false);
    expect(bed.balancer.state().requests.failed).toBe(1);
    await until("nothing is in flight", () => bed.slot("api-1/a").inFlight === 0);
  });
}

test("a service that dies before it answered is a 502, and the request is not sent again", async () => {
  let received = 0;
  await using dying = await rawService((socket) => {
    received += 1;
    socket.resetAndDestroy();
  });
  await using bed = await balancingRaw(dying.port);
  for (const method of ["GET", "POST"]) {
    const answer = await ask(bed.port, "/", { method }, method === "POST" ? "body" : "");
    expect([answer.status, answer.body]).toEqual([502, "The server gave no answer to this request."]);
  }
  expect(received).toBe(2);
  expect(bed.balancer.state().requests).toMatchObject({ failed: 2, repeated: 0 });
});

test("an answer that is no HTTP is a 502", async () => {
  await using garbled = await rawService((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
  await using bed = await balancingRaw(garbled.port);
  expect((await ask(bed.port)).status).toBe(502);
});

test("an answer whose reason or coding cannot be passed on truthfully is a 502", async () => {
  for (const head of [
    "HTTP/1.1 200 O\u0001K\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n",
  ]) {
    await using odd = await rawService((socket) => socket.end(`${head}Connection: close\r\n\r\n0\r\n\r\n`));
    await using bed = await balancingRaw(odd.port);
    expect((await ask(bed.port)).status).toBe(502);
    await until("nothing is in flight", () => bed.slot("api-1/a").inFlight === 0);
  }
});

test("when the client goes away, the service's request ends too", async () => {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  await using waiting = await service((_request, response) => response.once("close", resolve));
  await using bed = await balancing([waiting]);
  const sent = request({ port: bed.port, agent: false });
  sent.on("error", () => {});
  sent.end();
  await until(
    "the request is in flight",
    () => bed.slot("api-1/a").inFlight === 1 && waiting.seen.length === 1,
  );
  sent.destroy();
  await closed;
  await until("nothing is in flight", () => bed.slot("api-1/a").inFlight === 0);
  expect(bed.balancer.state().requests.failed).toBe(0);
});

test("a client that waits for 100 Continue gets it from the service", async () => {
  await using echo = await service((request, response) => request.pipe(response));
  await using bed = await balancing([echo]);
  const sent = request({
    port: bed.port,
    method: "PUT",
    agent: false,
    headers: { expect: "100-continue", "content-length": 4 },
  });
  sent.flushHeaders();
  await once(sent, "continue");
  sent.end("body");
  const answer = await answerTo(sent);
  const [chunk] = await once(answer, "data");
  expect(String(chunk)).toBe("body");
});

test("a client that was refused before it was told to continue is not taken for one that sends its body", async () => {
  await using refusing = await service();
  refusing.server.on("checkContinue", (_request, response) => response.writeHead(413).end());
  await using bed = await balancing([refusing]);
  const answer = await sendBytes(
    bed.port,
    "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n",
  );
  expect(answer).toMatch(/^HTTP\/1.1 413 /);
  expect(answer).toContain("Connection: close");
});

test("an answer that comes before the whole upload reaches the client, and the connection stays of use", async () => {
  await using early = await service((_request, response) => response.writeHead(413).end("too large"));
  await using bed = await balancing([early]);
  const answers = await sendBytes(
    bed.port,
    `POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n${"x".repeat(300_000)}` +
      "GET /second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
  );
  expect(answers.match(/HTTP\/1.1 413/g)).toHaveLength(2);
  expect(early.seen).toEqual(["POST /first", "GET /second"]);
});

test("what a service leaves unread of an upload does not stand in the way of the client's next request", async () => {
  await using deaf = await rawService((socket) => {
    socket.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
    socket.pause();
  });
  await using bed = await balancingRaw(deaf.port);
  const answers = await sendBytes(
    bed.port,
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n${"x".repeat(20_000_000)}` +
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
  );
  expect(answers.match(/HTTP\/1.1 413/g)).toHaveLength(2);
});

test("pipelined requests are answered in their order", async () => {
  await using echo = await service((request, response) => response.end(`<${request.url}>`));
  await using bed = await balancing([echo]);
  const requests = Array.from({ length: 20 }, (_, index) => `GET /${index} HTTP/1.1\r\nHost: a\r\n\r\n`);
  const received = await sendBytes(
    bed.port,
    `${requests.join("")}GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
  );
  const order = [...received.matchAll(/<\/(\w+)>/g)].map(([, name]) => name);
  expect(order).toEqual([...Array.from({ length: 20 }, (_, index) => `${index}`), "last"]);
});

test("no garbage from a client ends the balancer", async () => {
  await using echo = await service();
  await using bed = await balancing([echo]);
  const garbage = [
    "\u0000\u0001\u0002\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "GET  HTTP/1.1\r\nHost: a\r\n\r\n",
    "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nExpect: the unexpected\r\nConnection: close\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: \u00ff\r\nConnection: upgrade\r\n\r\n",
    `GET / HTTP/1.1\r\nHost: a\r\nX: ${"y".repeat(100_000)}\r\n\r\n`,
  ];
  for (const bytes of garbage) {
    expect(await sendBytes(bed.port, bytes)).not.toMatch(/^HTTP\/1.1 5/);
  }
  expect((await ask(bed.port)).body).toBe("ok");
  await until("nothing is in flight", () => bed.slot("api-1/a").inFlight === 0);
});

interface RawService extends AsyncDisposable {
  readonly port: number;
}

/** A service that passes its health checks and answers every other request with bytes of its own. */
async function rawService(answer: (socket: Socket) => void): Promise<RawService> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      if (String(bytes).startsWith("GET /health")) {
        socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      } else answer(socket);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

const balancingRaw = (port: number) => balancing([{ port }]);

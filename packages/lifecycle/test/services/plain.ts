import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { handover } from "@handover/lifecycle";

/** A service for the tests of SIGTERM: says its port, and on its output what happens to it. */

const say = (word: string): boolean => process.stdout.write(`${word}\n`);
const milliseconds = (name: string): number | undefined =>
  process.env[name] === undefined ? undefined : Number(process.env[name]);

const server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://service");
  say(`began ${url.pathname}`);
  void sleep(Number(url.searchParams.get("ms") ?? 0)).then(() => response.end(`answered ${url.pathname}`));
});
server.on("upgrade", (_request, socket) => {
  socket.on("error", () => undefined).on("end", () => socket.end());
  socket.resume();
  socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n");
});

const graceMs = milliseconds("GRACE_MS");
const closeMs = milliseconds("CLOSE_MS");
const quietMs = milliseconds("QUIET_MS");
const lifecycle = handover({
  server,
  ...(graceMs === undefined ? {} : { graceMs }),
  ...(closeMs === undefined ? {} : { closeMs }),
  ...(quietMs === undefined ? {} : { quietMs }),
  onClose: async () => {
    say("closing the database");
    await sleep(milliseconds("DATABASE_MS") ?? 0);
    if (process.env["DATABASE_FAILS"] === "1") throw new Error("the database does not let go");
    say("closed the database");
  },
});
lifecycle.closing.addEventListener("abort", () => say("closing"));

// What keeps a process alive must not keep it from exiting.
setInterval(() => undefined, 1_000);

const control = await lifecycle.ready;
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  say(`port ${typeof address === "object" ? address?.port : ""} ${control?.port ?? 0}`);
});

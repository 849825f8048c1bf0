import { setTimeout as sleep } from "node:timers/promises";
import Fastify from "fastify";
import { handoverPlugin, lifecycleOf } from "@handover/lifecycle/fastify";

/** A Fastify service for the tests of SIGTERM. */

const say = (word: string): boolean => process.stdout.write(`${word}\n`);

const app = Fastify();
// Closed last, after the plugin: Fastify goes backwards.
app.addHook("onClose", async () => {
  say("closing the queue");
  await sleep(300);
  say("closed the queue");
});
await app.register(handoverPlugin, { quietMs: 200 });
const { closing, ready } = lifecycleOf(app);

app.get("/slow", async () => {
  say("began /slow");
  await sleep(1_000);
  return "answered /slow";
});

app.get("/events", (_request, reply) => {
  reply.hijack();
  reply.raw.writeHead(200, { "Content-Type": "text/event-stream" });
  reply.raw.write("data: 1\n\n");
  closing.addEventListener("abort", () => reply.raw.end("data: the end\n\n"));
});

app.addHook("onClose", async () => {
  await sleep(50);
  say("closed the database");
});

// What keeps a process alive must not keep it from exiting.
setInterval(() => undefined, 1_000);

const address = await app.listen({ port: 0, host: "127.0.0.1" });
const control = await ready;
say(`port ${new URL(address).port} ${control?.port ?? 0}`);

import { expect, it } from "vitest";
import type { Line } from "./fixtures/command-line.ts";
import { Project } from "./fixtures/project.ts";
import { until } from "./fixtures/until.ts";

const strategies = ["start-first", "stop-first"];

it.concurrent.for(strategies)(
  "%s: requests of two seconds, an event stream and a WebSocket that end by themselves are not cut by a deploy",
  async (strategy) => {
    await using project = await example({ rollout: { strategy }, longestRequest: "20s" });
    await using traffic = project.traffic();
    project.configure({ environment: { GREETING: "two" } });
    // Four of each: with one or two of them at each instance.
    const streams = await Promise.all(Array.from({ length: 4 }, () => openStream(project)));
    const sockets = await Promise.all(Array.from({ length: 4 }, () => openSocket(project)));
    const slow: Promise<string>[] = [];
    const asking = setInterval(() => slow.push(statusOf(`${project.url}/slow?ms=2000`)), 200);

    const deploy = project.start("deploy", "--json");
    await deploy.says("that an instance waits for them", waitsForRequests);
    for (const [index, socket] of sockets.entries()) {
      expect(await echo(socket, `still here ${index}`)).toBe(`still here ${index}`);
      expect(streams[index]!.ended()).toBe(false);
    }
    for (const socket of sockets) socket.close();
    for (const stream of streams) stream.leave();
    const { status, report } = await deploy.ended;
    clearInterval(asking);
    expect(new Set(await Promise.all(slow))).toEqual(new Set(["200"]));
    expect(slow.length).toBeGreaterThan(10);
    expect(await traffic.stop()).toEqual([]);
    expect(report).toMatchObject({ outcome: "done", requests: { failed: 0, cut: 0 } });
    expect(status).toBe(0);
  },
);

it.concurrent("a request that takes longer than `longestRequest` is cut, and reported as `cut`, apart from `failed`", async () => {
  await using project = await example({ longestRequest: "2s" });
  await using traffic = project.traffic();
  project.configure({ environment: { GREETING: "two" } });
  const endless = await Promise.all([openStream(project), openStream(project)]);
  const { status, report } = await project.run("deploy", "--json");
  expect(await traffic.stop()).toEqual([]);
  expect(report).toMatchObject({ outcome: "done", requests: { failed: 0, cut: 2 } });
  expect(report!.cuts.reduce((sum, { requests }) => sum + requests, 0)).toBe(2);
  expect(status).toBe(0);
  await until("both streams to end", () => endless.every((stream) => stream.ended()));
});

function waitsForRequests(line: Line): boolean {
  return line.kind === "wait" && JSON.stringify(line["waits"]).includes("requests in flight");
}

async function example(settings: object): Promise<Project> {
  const project = await Project.create({ ...settings, drain: "contract" });
  project.takeExample();
  await project.deploys();
  return project;
}

interface Stream {
  ended(): boolean;
  leave(): void;
}

/** Events, one a second, for as long as the client stays. */
async function openStream(project: Project): Promise<Stream> {
  const left = new AbortController();
  const { body } = await fetch(`${project.url}/events`, { signal: left.signal });
  let isOver = false;
  void (async () => {
    try {
      for await (const _ of body!);
    } catch {
      // Left, or cut.
    }
    isOver = true;
  })();
  return { ended: () => isOver, leave: () => left.abort() };
}

async function openSocket(project: Project): Promise<WebSocket> {
  const socket = new WebSocket(`${project.url.replace("http", "ws")}/echo`);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", reject, { once: true });
  });
  return socket;
}

function echo(socket: WebSocket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.addEventListener("message", ({ data }) => resolve(String(data)), { once: true });
    socket.addEventListener("close", () => reject(new Error("closed")), { once: true });
    socket.send(text);
  });
}

async function statusOf(url: string): Promise<string> {
  try {
    const answer = await fetch(url);
    await answer.text();
    return String(answer.status);
  } catch (error) {
    return String(error);
  }
}

import { expect, it } from "vitest";
import { leaseToken, releaseName, runId } from "../../../fleet/ids.ts";
import { slotKey } from "../../../fleet/instance.ts";
import { instanceId } from "../../../fleet/ids.ts";
import { EnvironmentUnderTest, never, SERVICE } from "../processes/test/environment-under-test.ts";
import { processRuntime } from "./process-runtime.ts";
import { orderDown, slotControls, slotLog } from "./supervisor-state.ts";

const slot = slotKey(instanceId("api-1"), "a");

it("orders of a deploy are carried out by the supervisor, and what runs is observed", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  const { socket } = env;
  const runtime = processRuntime({
    socket,
    specOf: (name) => env.spec(name, `console.log("up"); ${SERVICE}`),
  });
  const guard = { token, notAfterMs: 5_000, slot };
  expect(await runtime.observe(never())).toEqual({
    "api-1/a": { content: { kind: "empty" }, failure: null, orderedBy: null, previous: null },
    "api-1/b": { content: { kind: "empty" }, failure: null, orderedBy: null, previous: null },
  });
  await runtime.start({ ...guard, release: releaseName("one") }, never());
  const one = await env.untilRunning("one");
  const run = one.content.kind === "running" ? one.content.run : null;
  expect((await slotControls(socket, never())).get(slot)).toEqual(one.control);
  await runtime.swap({ ...guard, run, drains: [], release: releaseName("two") }, never());
  const two = await env.untilRunning("two");
  expect(await slotLog(socket, slot, 5, never())).toEqual(["up", "up"]);
  const second = two.content.kind === "running" ? two.content.run : null;
  await runtime.stop({ ...guard, run: second, drains: [] }, never());
  await env.until(({ content }) => content.kind === "empty");
});

it("an order that is refused and a supervisor that is gone are told apart", async () => {
  await using env = new EnvironmentUnderTest();
  const token = await env.ready();
  const { socket } = env;
  const runtime = processRuntime({ socket, specOf: (name) => env.spec(name, SERVICE) });
  const order = { token, notAfterMs: 5_000, slot, run: runId("1:1"), drains: [] };
  await expect(runtime.stop(order, never())).rejects.toMatchObject({ code: "ORDER_REFUSED" });
  await expect(orderDown(socket, leaseToken("other"), never())).rejects.toMatchObject({
    code: "ORDER_REFUSED",
  });
  await env.end("SIGTERM");
  await expect(runtime.stop(order, never())).rejects.toMatchObject({ code: "LOST" });
  await expect(runtime.observe(never())).rejects.toMatchObject({ code: "HOST_UNREACHABLE" });
  const reason = new Error("interrupted");
  await expect(runtime.observe(AbortSignal.abort(reason))).rejects.toBe(reason);
});

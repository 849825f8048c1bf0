import { expect, test } from "vitest";
import { leaseToken } from "../../fleet/ids.ts";
import type { SlotKey } from "../../fleet/instance.ts";
import { ControlListener } from "./control-listener.ts";
import { lifecycleDrain, type ServiceControl } from "./lifecycle.ts";

const signal = AbortSignal.timeout(60_000);
const mine = leaseToken("mine");
const controlsOf =
  (...entries: readonly (readonly [SlotKey, ServiceControl])[]) =>
  async () =>
    new Map(entries);

test("a service is drained with its token, and observed with what it says itself", async () => {
  await using api = await new ControlListener().listen();
  api.inFlight = 3;
  const drain = lifecycleDrain(controlsOf(["api-1/a", api.control]));
  await drain.hold("api-1/a", mine, 60_000, signal);
  expect(api.drain).toMatchObject({ by: "deploy-mine", leaseMs: 60_000 });
  expect(await drain.observe(signal)).toEqual({
    "api-1/a": {
      held: [
        {
          via: "service",
          id: "d-1",
          at: `http://${api.control.address}`,
          by: "deploy",
          forMs: 0,
          leaseMs: 60_000,
        },
      ],
      inFlight: 3,
    },
  });
  await drain.hold("api-1/a", mine, 90_000, signal);
  expect(api.drain).toMatchObject({ id: "d-1", leaseMs: 90_000 });
  await drain.end("api-1/a", signal);
  expect(api.drain).toBeNull();
});

test("a dead deploy's drain is taken over by its id, also when it ends in that moment", async () => {
  await using api = await new ControlListener().listen();
  const drain = lifecycleDrain(controlsOf(["api-1/a", api.control]));
  api.drain = { id: "d-dead", by: "deploy-dead", forMs: 1, leaseMs: 1_000 };
  await drain.hold("api-1/a", mine, 60_000, signal);
  expect(api.drain).toMatchObject({ id: "d-dead", leaseMs: 60_000 });

  api.before = (asked) => {
    if (asked === "PUT /drain/d-dead") api.drain = null;
  };
  await drain.hold("api-1/a", mine, 60_000, signal);
  expect(api.drain).toMatchObject({ id: "d-1", by: "deploy-mine" });
});

test("an operator's drain is refused, observed as the operator's, and not ended", async () => {
  await using api = await new ControlListener().listen();
  const drain = lifecycleDrain(
    controlsOf(["api-1/a", { ...api.control, address: `http://${api.control.address}` }]),
  );
  api.drain = { id: "d-op", by: "operator", forMs: 1, leaseMs: null };
  await expect(drain.hold("api-1/a", mine, 60_000, signal)).rejects.toMatchObject({ code: "REFUSED" });
  await drain.end("api-1/a", signal);
  expect((await drain.observe(signal))["api-1/a"]?.held).toMatchObject([
    { id: "d-op", by: "operator", leaseMs: null },
  ]);
});

test("a service that does not answer is left out, and a process that has gone took its drain with it", async () => {
  await using alive = await new ControlListener().listen();
  const gone = await new ControlListener().listen();
  const { control } = gone;
  await gone[Symbol.asyncDispose]();
  const drain = lifecycleDrain(controlsOf(["api-1/a", alive.control], ["api-2/a", control]));
  expect(Object.keys(await drain.observe(signal))).toEqual(["api-1/a"]);
  await expect(drain.hold("api-2/a", mine, 60_000, signal)).rejects.toMatchObject({
    code: "HOST_UNREACHABLE",
  });
  await expect(drain.hold("api-3/a", mine, 60_000, signal)).rejects.toMatchObject({
    code: "HOST_UNREACHABLE",
  });
  await expect(drain.end("api-2/a", signal)).resolves.toBeUndefined();
  await expect(drain.end("api-3/a", signal)).resolves.toBeUndefined();
});

test("a wrong token is an order refused, not silence", async () => {
  await using api = await new ControlListener().listen();
  const drain = lifecycleDrain(controlsOf(["api-1/a", { ...api.control, token: "wrong" }]));
  await expect(drain.hold("api-1/a", mine, 60_000, signal)).rejects.toMatchObject({ code: "ORDER_REFUSED" });
  await expect(drain.end("api-1/a", signal)).rejects.toMatchObject({ code: "ORDER_REFUSED" });
  expect(await drain.observe(signal)).toEqual({});
});

test("a host that cannot say who is to be asked leaves every slot out", async () => {
  const drain = lifecycleDrain(async () => {
    throw new Error("the supervisor does not answer");
  });
  expect(await drain.observe(signal)).toEqual({});
});

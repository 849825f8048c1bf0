import { describe, expect, it } from "vitest";
import { processInventory } from "./processes.ts";

describe("the instances of processes", () => {
  it("are numbered after the service, on this machine, each with two slots behind the load balancer", async () => {
    const runs = { kind: "processes", directory: ".", command: ["x"], instances: 2 } as const;
    const inventory = processInventory({ service: "api", runs });
    expect(await inventory.instances(new AbortController().signal)).toEqual([
      { id: "api-1", host: "this machine", slots: ["a", "b"], balanced: true },
      { id: "api-2", host: "this machine", slots: ["a", "b"], balanced: true },
    ]);
  });
});

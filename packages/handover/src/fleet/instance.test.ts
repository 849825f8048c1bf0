import { expect, test } from "vitest";
import { instanceId } from "./ids.ts";
import { partsOf, slotKey } from "./instance.ts";

test("a slot's key gives back its instance and slot, also where the instance's name has a slash", () => {
  for (const name of ["api-1", "eu/api-1"])
    expect(partsOf(slotKey(instanceId(name), "b"))).toEqual({ instance: name, slot: "b" });
});

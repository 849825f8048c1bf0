import { describe, expect, it } from "vitest";
import { failure } from "../example-run.ts";
import { attribute, controlLostIn, type AttributionFacts } from "./attribution.ts";

const served: AttributionFacts = {
  firstActionAt: 10_000,
  floor: 2,
  rotation: [{ at: 9_000, inRotation: 3 }],
  controlLostAt: [],
};

describe("a failed request counts against the deploy", () => {
  it("when it failed after the first action", () => {
    const seen = failure(10_001);
    expect(attribute([seen], served)).toEqual({ counted: [seen], before: 0, network: 0 });
  });

  it("when it was sent before the first action and failed after it", () => {
    expect(attribute([failure(10_050, "timeout", { sentAt: 9_000 })], served).counted).toHaveLength(1);
  });

  it("when there were failures of the same kind before, but the floor was in rotation since", () => {
    const { counted, before } = attribute([failure(9_500), failure(11_000)], served);
    expect({ counted: counted.length, before }).toEqual({ counted: 1, before: 1 });
  });

  it("when those before were of another kind", () => {
    const low = { ...served, rotation: [{ at: 9_000, inRotation: 1 }] };
    const seen = [failure(9_500, "status 503"), failure(11_000, "ECONNRESET")];
    expect(attribute(seen, low).counted.map(({ why }) => why)).toEqual(["ECONNRESET"]);
  });

  it("when those before were too long ago", () => {
    const low = { ...served, firstActionAt: 30_000, rotation: [{ at: 9_000, inRotation: 1 }] };
    expect(attribute([failure(9_500), failure(31_000)], low).counted).toHaveLength(1);
  });
});

describe("a failed request does not count", () => {
  it("when it failed ahead of the first action, or there was none", () => {
    expect(attribute([failure(9_999)], served).before).toBe(1);
    expect(attribute([failure(9_999)], { ...served, firstActionAt: null }).before).toBe(1);
  });

  it("when it failed like this already and the floor has not been in rotation since", () => {
    const facts = {
      ...served,
      rotation: [
        { at: 9_000, inRotation: 1 },
        { at: 12_000, inRotation: 2 },
      ],
    };
    const seen = [failure(9_500, "status 502", { count: 4 }), failure(11_000), failure(12_500)];
    const { counted, before } = attribute(seen, facts);
    expect({ counted: counted.map(({ at }) => at), before }).toEqual({ counted: [12_500], before: 5 });
  });

  it("when nothing served at the start and it was sent before the floor was first in rotation", () => {
    const facts = {
      ...served,
      rotation: [
        { at: 9_000, inRotation: 0 },
        { at: 11_000, inRotation: 1 },
        { at: 12_000, inRotation: 2 },
      ],
    };
    const seen = [
      failure(11_500, "ECONNREFUSED"),
      failure(13_000, "timeout", { sentAt: 11_900 }),
      failure(12_100, "status 503", { sentAt: 12_001 }),
    ];
    expect(attribute(seen, facts).counted.map(({ why }) => why)).toEqual(["status 503"]);
  });

  it("when a control connection failed at the same moment and no answer came through", () => {
    const facts = { ...served, controlLostAt: [20_000] };
    const seen = [
      failure(20_900, "ECONNRESET"),
      failure(20_010, "status 502"),
      failure(22_000, "ECONNRESET"),
      failure(40_000, "timeout", { sentAt: 15_000, count: 3 }),
    ];
    const { counted, network } = attribute(seen, facts);
    expect(counted.map(({ at, why }) => [at, why])).toEqual([
      [20_010, "status 502"],
      [22_000, "ECONNRESET"],
    ]);
    expect(network).toBe(4);
  });
});

it("takes an action whose outcome is unclear for a lost control connection", () => {
  const action = { kind: "drain", instance: "api-1", slot: "a" };
  const events = [
    { kind: "action", at: 5, action, outcome: "accepted", why: null },
    { kind: "action", at: 7, action, outcome: "unclear", why: "socket hang up" },
  ] as unknown as Parameters<typeof controlLostIn>[0];
  expect(controlLostIn(events)).toEqual([7]);
});

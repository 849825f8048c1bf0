import { expect, test } from "vitest";
import { controlSettings, releaseName } from "./control-settings.ts";

test("without Handover's variables, or with empty ones, there is no control listener", () => {
  expect(controlSettings({})).toEqual({ kind: "none" });
  expect(controlSettings({ HANDOVER_CONTROL: "", HANDOVER_TOKEN: "" })).toEqual({ kind: "none" });
});

test.each([
  ["127.0.0.1:4100", "127.0.0.1", 4100],
  ["[::1]:4100", "::1", 4100],
  ["localhost:0", "localhost", 0],
])("the control address %s is understood", (text, host, port) => {
  expect(controlSettings({ HANDOVER_CONTROL: text, HANDOVER_TOKEN: "t" })).toEqual({
    kind: "listen",
    address: { host, port },
    token: "t",
  });
});

test.each(["4100", "127.0.0.1", "127.0.0.1:", ":4100", "127.0.0.1:99999", "::1:4100", "http://127.0.0.1:1"])(
  "the control address %s is refused at the start, with what was meant",
  (text) => {
    expect(() => controlSettings({ HANDOVER_CONTROL: text, HANDOVER_TOKEN: "t" })).toThrow(
      /must be host:port/,
    );
  },
);

test("a control address without a token is refused: it would obey everyone", () => {
  expect(() => controlSettings({ HANDOVER_CONTROL: "127.0.0.1:4100" })).toThrow(/HANDOVER_TOKEN is not/);
  expect(() => controlSettings({ HANDOVER_TOKEN: "t" })).toThrow(/HANDOVER_CONTROL is not/);
});

test("a service that something else started has no release name", () => {
  expect(releaseName({})).toBeNull();
  expect(releaseName({ HANDOVER_RELEASE: "" })).toBeNull();
  expect(releaseName({ HANDOVER_RELEASE: "sha-1a2b3c4.9f02" })).toBe("sha-1a2b3c4.9f02");
});

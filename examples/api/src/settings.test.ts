import { hostname } from "node:os";
import { expect, test } from "vitest";
import { parseFault } from "./fault.ts";
import { settingsFrom } from "./settings.ts";

test("started by hand, the service is a development release on this machine, for this machine only", () => {
  expect(settingsFrom({})).toEqual({
    host: "127.0.0.1",
    port: 3_000,
    id: hostname(),
    release: "dev",
    greeting: "happy response",
    fault: { kind: "none" },
  });
});

test.each(["-1", "65536", "80a", "http"])("the port %s is refused", (PORT) => {
  expect(() => settingsFrom({ PORT })).toThrow(/PORT must be a number/);
});

test("a release can be told to turn unhealthy after a while", () => {
  expect(parseFault("turns-unhealthy:3000")).toEqual({ kind: "turns-unhealthy", afterMs: 3_000 });
});

test.each(["turns-unhealthy", "turns-unhealthy:", "turns-unhealthy:3s", "exits:1", "Exits"])(
  "the fault %s is refused",
  (text) => {
    expect(() => parseFault(text)).toThrow(/FAULT must be/);
  },
);

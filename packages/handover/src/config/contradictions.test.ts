import { describe, expect, it } from "vitest";
import { parseConfiguration } from "./parse.ts";
import { file, mistakes } from "./testing.ts";

const stopFirst = "rollout: { strategy: stop-first }";

describe("settings that contradict each other are refused at the place of the offending value", () => {
  it.each([
    [
      "a stop grace shorter than the longest request",
      file("longestRequest: 20s\nstopGrace: 10s"),
      "3:12 `stopGrace` (10s) is shorter than `longestRequest` (20s): an instance could be killed in the middle of a request",
    ],
    [
      "a longest request of one environment that the shared stop grace does not cover",
      file("stopGrace: 30s", "longestRequest: 60s"),
      "6:21 `stopGrace` (30s) is shorter than `longestRequest` (1m): an instance could be killed in the middle of a request",
    ],
    [
      "a health timeout longer than its interval",
      file("health: { timeout: 3s }"),
      "2:20 `health.timeout` (3s) is longer than `health.interval` (2s): checks would overlap",
    ],
    [
      "one instance with stop-first",
      file(stopFirst, "", "{ command: x, instances: 1 }"),
      "2:22 `strategy: stop-first` with one instance, as in `local`, leaves none to serve while it is replaced",
    ],
    [
      "a maxUnavailable of everything with stop-first",
      file("rollout: { strategy: stop-first, maxUnavailable: 3 }"),
      "2:50 `maxUnavailable` lets 3 of 3 instances of `local` be out of rotation at a time: with `strategy: stop-first` none would serve",
    ],
    [
      "a maxUnavailable of 100% with stop-first",
      file('rollout: { strategy: stop-first, maxUnavailable: "100%" }'),
      "2:50 `maxUnavailable` lets 3 of 3 instances of `local` be out of rotation at a time: with `strategy: stop-first` none would serve",
    ],
    [
      "a progress deadline that ends before the longest request",
      file("rollout: { progressDeadline: 30s }"),
      "2:30 `rollout.progressDeadline` (30s) is not longer than `longestRequest` (30s): a good deploy could be given up",
    ],
    [
      "a progress deadline that ends before the start deadline",
      file("startDeadline: 10m"),
      "2:16 `rollout.progressDeadline` (5m) is not longer than `startDeadline` (10m): a good deploy could be given up",
    ],
    [
      "a progress deadline that ends before minHealthyTime",
      file("rollout: { minHealthyTime: 10m }"),
      "2:28 `rollout.progressDeadline` (5m) is not longer than `rollout.minHealthyTime` (10m): a good deploy could be given up",
    ],
    [
      "a variable that Handover sets",
      file("environment: { PORT: 80 }"),
      "2:22 `PORT` is set by Handover for each instance",
    ],
    [
      "a secret that Handover sets",
      file("secrets: [HANDOVER_TOKEN]"),
      "2:11 `HANDOVER_TOKEN` is set by Handover for each instance",
    ],
    [
      "a name both in environment and secrets",
      file("environment: { A: x }", "secrets: [A]"),
      "6:15 `A` is both a variable and a secret",
    ],
    [
      "probes that send more together than can be measured",
      file("probe: [{ rate: 1500/s }, { rate: 600/s }]"),
      "2:8 the probes send 2100 requests a second together, more than can be measured",
    ],
  ])("%s", (_, text, mistake) => {
    expect(mistakes(text)).toEqual([mistake]);
    expect(parseConfiguration({ file: "f", text })).toMatchObject({
      diagnostics: [{ code: "CONFIG_CONTRADICTION" }],
    });
  });

  it("is told once when several environments inherit it", () => {
    const text = `${file("stopGrace: 1s")}  staging:\n    processes: { command: x, instances: 2 }\n`;
    expect(mistakes(text)).toHaveLength(1);
  });
});

describe("settings that only look like a contradiction are taken", () => {
  it.each([
    ["one instance that is replaced start-first", file("", "", "{ command: x, instances: 1 }")],
    ["a maxUnavailable of everything that is replaced start-first", file("rollout: { maxUnavailable: 3 }")],
    ["two instances with stop-first", file(stopFirst, "", "{ command: x, instances: 2 }")],
    [
      "a maxUnavailable of all but one with stop-first",
      file("rollout: { strategy: stop-first, maxUnavailable: 2 }"),
    ],
    ["a health timeout as long as its interval", file("health: { timeout: 2s }")],
    ["a stop grace as long as the longest request", file("stopGrace: 30s")],
    ["a variable that only begins like PORT", file("environment: { PORTAL: 1 }")],
  ])("%s", (_, text) => {
    expect(mistakes(text)).toEqual([]);
  });
});

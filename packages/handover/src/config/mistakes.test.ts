import { describe, expect, it } from "vitest";
import { parseConfiguration } from "./parse.ts";
import { file, mistakes } from "./testing.ts";

describe("a mistake in the configuration", () => {
  it("is told with file, line, column and the name that was meant", () => {
    const parsed = parseConfiguration({
      file: "deploy/handover.yaml",
      text: file("rollout: { maxUnavailabel: 1 }"),
    });
    expect(parsed).toEqual({
      kind: "invalid",
      diagnostics: [
        {
          code: "CONFIG_INVALID",
          place: { file: "deploy/handover.yaml", line: 2, column: 12 },
          message: "`maxUnavailabel` is not known here; `maxUnavailable` was probably meant",
          next: "Write `maxUnavailable`.",
        },
      ],
    });
  });

  it.each([
    ["helth: {}", "2:1 `helth` is not known here; `health` was probably meant"],
    [
      "rollout: { max_unavailable: 1 }",
      "2:12 `max_unavailable` is not known here; `maxUnavailable` was probably meant",
    ],
    [
      "rollout: { strategy: start-frist }",
      "2:22 `rollout.strategy` is `start-frist`; `start-first` was probably meant",
    ],
    [
      "rollout: { onFailure: rolback }",
      "2:23 `rollout.onFailure` is `rolback`; `rollback` was probably meant",
    ],
    ["drain: atuo", "2:8 `drain` is `atuo`; `auto` was probably meant"],
    [
      "drain: { loadbalancer: true }",
      "2:10 `loadbalancer` is not known here; `loadBalancer` was probably meant",
    ],
    ["probe: [{ url: / }, { rte: 20/s }]", "2:23 `rte` is not known here; `rate` was probably meant"],
    ["secrets: { A: { evn: B } }", "2:17 `evn` is not known here; `env` was probably meant"],
    ["instances: 3", "2:1 `instances` does not belong here, but under `environments.NAME.processes`"],
    ["healthyThreshold: 3", "2:1 `healthyThreshold` does not belong here, but under `health`"],
    ["colour: red", "2:1 `colour` is not known here"],
    ["longestRequest: 30", "2:17 `longestRequest` is `30`, a number without a unit"],
    ["longestRequest: soon", "2:17 `longestRequest` is `soon`, which is not a duration"],
    ["longestRequest: 0s", "2:17 `longestRequest` is zero"],
    ["longestRequest: 25h", "2:17 `longestRequest` is `25h`, more than a day"],
    ["longestRequest:", "2:1 `longestRequest` is empty, which is not a duration"],
    ["health:", "2:1 `health` is empty, not a map"],
    ["health: [a]", "2:9 `health` is a list, not a map"],
    ["health: { path: health }", "2:17 `health.path` is `health`, not a path"],
    ["health: { healthyThreshold: 0 }", "2:29 `health.healthyThreshold` is `0`"],
    ["health: { healthyThreshold: 1.5 }", "2:29 `health.healthyThreshold` is `1.5`"],
    ["port: 70000", "2:7 `port` is `70000`"],
    ["drain: 5", "2:8 `drain` is `5`"],
    [
      "rollout: { maxUnavailable: 0 }",
      "2:28 `rollout.maxUnavailable` is `0`, neither a count nor a percentage",
    ],
    [
      "rollout: { maxUnavailable: 101% }",
      "2:28 `rollout.maxUnavailable` is `101%`, neither a count nor a percentage",
    ],
    ["environment: { A: [1] }", "2:19 `environment.A` is a list, not one value"],
    ["environment: { A: }", "2:16 `environment.A` has no value"],
    ["environment: { A-B: 1 }", "2:16 in `environment`, `A-B` cannot be the name of an environment variable"],
    ["secrets: [A, 1B]", "2:14 `secrets[1]` is not a name; secrets are only named here"],
    ["probe: []", "2:8 `probe` has no probe"],
    ["probe: { rate: 20 }", "2:16 `probe.rate` is `20`, a number without a unit"],
    ["probe: { rate: 0/s }", "2:16 `probe.rate` is zero: a deploy that is not measured is not proven"],
    ["probe: { rate: 2001/s }", "2:16 `probe.rate` is `2001/s`, more than the probe can send"],
    ["probe: { expect: 200 }", "2:18 `probe.expect` is `200`, not a bound of a status"],
    ["probe: { url: example.com }", "2:15 `probe.url` is `example.com`, neither a path nor a URL"],
    ["probe: { url: http://example.com/ }", "2:15 `probe.url` asks `example.com`, which is not this machine"],
  ])("%s", (top, mistake) => {
    expect(mistakes(file(top))).toEqual([mistake]);
  });

  it.each([
    ["listen: 8080", "5:13 `environments.local.listen` is `8080`, a port without a host"],
    ["listen: localhost", "5:13 `environments.local.listen` is `localhost`, not an address"],
    ["listen: 127.0.0.1:0", "5:13 `environments.local.listen` has the port 0"],
    ["lisen: 127.0.0.1:80", "5:5 `lisen` is not known here; `listen` was probably meant"],
  ])("in an environment: %s", (own, mistake) => {
    expect(mistakes(file("", own))).toEqual([mistake]);
  });

  it.each([
    ["{ command: x, instances: 0 }", "4:41 `environments.local.processes.instances` is `0`"],
    ["{ command: x }", "4:5 `environments.local.processes.instances` is missing"],
    ["{ instances: 2 }", "4:5 `environments.local.processes.command` is missing"],
    ["{ command: x, instnces: 2 }", "4:30 `instnces` is not known here; `instances` was probably meant"],
    [
      "{ command: x, instances: 2, directory: ~/app }",
      "4:55 `environments.local.processes.directory` is `~/app`: `~` is a shell's word",
    ],
  ])("in processes: %s", (processes, mistake) => {
    expect(mistakes(file("", "", processes))).toEqual([mistake]);
  });

  it.each([
    ["service: Api", "1:10 `service` is `Api`, not a name"],
    [`service: ${"a".repeat(41)}`, "1:10 `service` is 41 characters long"],
    ["service: api-", "1:10 `service` is `api-`, not a name"],
    ["service:", "1:1 `service` is empty"],
  ])("%s", (line, mistake) => {
    expect(mistakes(file().replace("service: api", line))).toEqual([mistake]);
  });

  it("is told when no environment is there", () => {
    expect(mistakes("service: api\n")).toEqual(["1:1 `environments` is missing"]);
    expect(mistakes("service: api\nenvironments: {}\n")).toEqual(["2:15 `environments` has no environment"]);
  });

  it("is told for the name of an environment, at the name", () => {
    expect(mistakes(file().replace("local", "Local"))).toEqual([
      "3:3 in `environments`, the name is `Local`, not a name",
    ]);
  });

  it("does not hide the others: all are told at once, in the order of the file", () => {
    const text = file(
      "helth: { intervall: 2 }\nstopGrace: 10s\nenvironment: { PORT: 1, A: 5 }\nsecrets: [A]",
      "lisen: 1",
      "{ instnces: 0 }",
    );
    expect(mistakes(text)).toEqual([
      "2:1 `helth` is not known here; `health` was probably meant",
      "2:10 `intervall` is not known here; `interval` was probably meant",
      "2:21 `health.interval` is `2`, a number without a unit",
      "3:12 `stopGrace` (10s) is shorter than `longestRequest` (30s): an instance could be killed in the middle of a request",
      "4:22 `PORT` is set by Handover for each instance",
      "4:28 `A` is both a variable and a secret",
      "8:5 `environments.local.processes.command` is missing",
      "8:18 `instnces` is not known here; `instances` was probably meant",
      "8:28 `environments.local.processes.instances` is `0`",
      "9:5 `lisen` is not known here; `listen` was probably meant",
      "9:12 `environments.local.listen` is `1`, a port without a host",
    ]);
  });

  it("concludes nothing from a value that was not understood", () => {
    expect(mistakes(file("longestRequest: 5\nstopGrace: 10s"))).toEqual([
      "2:17 `longestRequest` is `5`, a number without a unit",
    ]);
  });
});

describe("a key of a later version", () => {
  it.each([
    "image: x",
    "drain: { http: GET /shutdown, undo: GET /resume }",
    "drain: { signal: SIGUSR1 }",
    "drain: { exec: [x] }",
  ])("%s is not called a typo", (top) => {
    const told = mistakes(file(top));
    expect(told).not.toEqual([]);
    for (const mistake of told) expect(mistake).toContain("is not in this version yet");
  });

  it.each(["hosts: [a@b]", "digitalocean: { region: fra1 }"])(
    "%s instead of processes is one mistake",
    (own) => {
      const told = mistakes(`service: api\nenvironments:\n  production:\n    ${own}\n`);
      expect(told).toHaveLength(1);
      expect(told[0]).toMatch(
        /^4:5 `\w+` is not in this version yet: services run as `processes` on this machine$/u,
      );
    },
  );
});

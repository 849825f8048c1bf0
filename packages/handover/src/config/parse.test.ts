import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseConfiguration } from "./parse.ts";
import { environmentOf, file, mistakes, valid } from "./testing.ts";

describe("a short configuration", () => {
  it("gets every default", () => {
    expect(environmentOf(file())).toEqual({
      name: "local",
      service: "api",
      runs: { kind: "processes", directory: ".", command: ["node", "server.js"], instances: 3 },
      listen: { host: "127.0.0.1", port: 8080 },
      health: {
        path: "/health",
        intervalMs: 2000,
        timeoutMs: 1000,
        unhealthyThreshold: 2,
        healthyThreshold: 3,
      },
      longestRequestMs: 30_000,
      stopGraceMs: 30_000,
      startDeadlineMs: 30_000,
      drain: { kind: "auto" },
      variables: {},
      secrets: [],
      rollout: {
        strategy: "auto",
        maxUnavailable: { kind: "count", count: 1 },
        minHealthyTimeMs: 5000,
        onFailure: "halt",
        progressDeadlineMs: 300_000,
      },
      probes: [{ url: "/", ratePerSecond: 20, failFromStatus: 500 }],
    });
  });

  it("lets a longer longestRequest lengthen the stop grace, which follows it", () => {
    expect(environmentOf(file("longestRequest: 1m")).stopGraceMs).toBe(60_000);
  });

  it("may begin with a byte order mark and end its lines with CRLF", () => {
    expect(valid(`\uFEFF${file().replaceAll("\n", "\r\n")}`)).toEqual(valid(file()));
  });

  it("reads each kind of value", () => {
    const read = environmentOf(
      file(
        [
          "health: { path: /up?deep=1, interval: 500ms, timeout: 0.4s }",
          "drain: { loadBalancer: true }",
          "secrets: { TOKEN: { env: API_TOKEN } }",
          'rollout: { maxUnavailable: "25%", onFailure: rollback, minHealthyTime: 0s }',
          'probe: [{ rate: 300/s }, { url: "/slow?ms=2000", rate: 0.5/s, expect: "<400" }]',
        ].join("\n"),
        'listen: "[::1]:9000"',
        "{ directory: dist, command: [node, a b], instances: 1 }",
      ),
    );
    expect(read).toMatchObject({
      health: { path: "/up?deep=1", intervalMs: 500, timeoutMs: 400 },
      drain: { kind: "loadBalancer" },
      secrets: [
        { name: "TOKEN", from: { kind: "env", variable: "API_TOKEN" }, place: { line: 4, column: 19 } },
      ],
      rollout: {
        maxUnavailable: { kind: "percent", percent: 25 },
        onFailure: "rollback",
        minHealthyTimeMs: 0,
      },
      probes: [
        { url: "/", ratePerSecond: 300, failFromStatus: 500 },
        { url: "/slow?ms=2000", ratePerSecond: 0.5, failFromStatus: 400 },
      ],
      runs: { directory: "dist", command: ["node", "a b"] },
      listen: { host: "::1", port: 9000 },
    });
  });

  it("takes numbers and booleans of the environment as they are written", () => {
    const { variables } = environmentOf(
      file("environment: { A: 1.10, B: 007, C: true, D: 12345678901234567890, E: '' }"),
    );
    expect(variables).toEqual({ A: "1.10", B: "007", C: "true", D: "12345678901234567890", E: "" });
  });

  it("may listen on an address that others can reach", () => {
    expect(environmentOf(file("", "listen: 0.0.0.0:80")).listen).toEqual({ host: "0.0.0.0", port: 80 });
  });
});

describe("an environment", () => {
  const merged = environmentOf(
    file(
      "health: { interval: 3s }\nenvironment: { A: top, B: top }\nsecrets: [S]\nprobe: [{ url: /a }, { url: /b }]\nlongestRequest: 5s",
      "health: { timeout: 2s }\nenvironment: { B: own }\nsecrets: { T: { env: U } }\nprobe: { url: /c }\nlongestRequest: 7s",
    ),
  );

  it("inherits the maps of the top key by key", () => {
    expect(merged.health).toMatchObject({ intervalMs: 3000, timeoutMs: 2000 });
    expect(merged.variables).toEqual({ A: "top", B: "own" });
    expect(merged.secrets.map(({ name }) => name)).toEqual(["S", "T"]);
  });

  it("replaces everything else of the top", () => {
    expect(merged.longestRequestMs).toBe(7000);
    expect(merged.probes.map(({ url }) => url)).toEqual(["/c"]);
  });
});

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

describe("any text", () => {
  it("is a configuration or gets diagnostics, and never an exception", () => {
    const line = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "service: api",
        "environments:",
        "  local:",
        "    processes: {",
        "health: &a",
        "- *a",
        "? [",
        "!!x",
        "---",
        "<<: *a",
        "__proto__: 1",
        "}",
        "\t",
        "constructor: {}",
      ),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const parsed = parseConfiguration({ file: "f", text: lines.join("\n") });
        if (parsed.kind === "valid") return;
        expect(parsed.diagnostics.length).toBeGreaterThan(0);
        for (const { place } of parsed.diagnostics)
          expect(Math.min(place.line, place.column)).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  it("that is a valid file with one character changed gets diagnostics or is valid", () => {
    const text = file("health: { interval: 2s }\nprobe: [{ rate: 20/s }]\nsecrets: [A]", "drain: auto");
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ unit: "binary", maxLength: 2 }), (at, change) => {
        const changed = text.slice(0, at) + change + text.slice(at + 1);
        expect(["valid", "invalid"]).toContain(parseConfiguration({ file: "f", text: changed }).kind);
      }),
      { numRuns: 500 },
    );
  });
});

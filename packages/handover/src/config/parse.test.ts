import { describe, expect, it } from "vitest";
import { environmentOf, file, valid } from "./testing.ts";

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

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCommand } from "./command-words.ts";
import { formatDuration, readDurationOrZero } from "./duration.ts";
import { allowedOut, probeTargets, publicUrl, strategyOf } from "./environment-facts.ts";
import { maxUnavailableOf, readMaxUnavailable } from "./max-unavailable.ts";
import { suggest } from "./suggest.ts";
import { environmentOf, file } from "./testing.ts";

describe("a duration", () => {
  it.each([
    ["500ms", 500],
    ["2s", 2000],
    ["1.5s", 1500],
    ["1m", 60_000],
    ["1h", 3_600_000],
    ["0s", 0],
  ])("%s", (written, ms) => {
    expect(readDurationOrZero(written)).toEqual({ kind: "fits", value: ms });
  });

  it("is printed so that it is read as the same", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 86_400_000 }), (ms) => {
        expect(readDurationOrZero(formatDuration(ms))).toEqual({ kind: "fits", value: ms });
      }),
    );
  });

  it("is printed in the largest unit that says it exactly", () => {
    expect([500, 1500, 90_000, 120_000, 7_200_000].map(formatDuration)).toEqual([
      "500ms",
      "1500ms",
      "90s",
      "2m",
      "2h",
    ]);
  });
});

describe("a command", () => {
  it.each([
    ["node server.js", ["node", "server.js"]],
    ["  node   server.js\t--x ", ["node", "server.js", "--x"]],
    [`node -e 'console.log("a | b")'`, ["node", "-e", 'console.log("a | b")']],
    [`echo "two words" '' a\\ b "a\\"b" it"s"`, ["echo", "two words", "", "a b", 'a"b', "its"]],
    ["node a=b --key=value", ["node", "a=b", "--key=value"]],
    ["python3 -c 'print(\"$HOME\")'", ["python3", "-c", 'print("$HOME")']],
    ["run a#b a~b", ["run", "a#b", "a~b"]],
  ])("%s is split at blanks, quotes keep words together", (line, words) => {
    expect(readCommand(line)).toEqual({ kind: "fits", value: words });
  });

  it.each([
    "a | b",
    "a > b",
    "a < b",
    "a; b",
    "a & b",
    "a && b",
    "a $B",
    'a "$B"',
    "a `b`",
    'a "`b`"',
    "a *",
    "a (b)",
    "a {b}",
    "~/a",
    "a #b",
    "a\nb",
  ])("%j needs a shell and is refused with the way to ask for one", (line) => {
    const read = readCommand(line);
    expect(read).toMatchObject({
      kind: "unfit",
      message: expect.stringContaining("only a shell understands"),
    });
    expect(read).toMatchObject({ next: expect.stringContaining("[sh, -c, ") });
  });

  it("that sets a variable is told where variables are set", () => {
    expect(readCommand("NODE_ENV=production node a.js")).toMatchObject({
      next: "Set `NODE_ENV` under `environment`.",
    });
  });

  it.each([
    ["", "is empty"],
    ["'", "has a ' that is not closed"],
    [[], "is empty"],
    [["a", 1], "has a word that is not text"],
    [3, "is `3`, not a command"],
  ])("%j is refused", (value, message) => {
    expect(readCommand(value)).toMatchObject({ kind: "unfit", message });
  });

  it("given as a list is taken as it is", () => {
    expect(readCommand(["sh", "-c", "a | b"])).toEqual({ kind: "fits", value: ["sh", "-c", "a | b"] });
  });

  it("in single quotes is always one word", () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/['\0]/u.test(text)),
        (text) => {
          expect(readCommand(`run '${text}'`)).toEqual({ kind: "fits", value: ["run", text] });
        },
      ),
    );
  });
});

describe("maxUnavailable", () => {
  it.each([
    ["25%", 8, 2],
    ["25%", 7, 1],
    ["25%", 3, 1],
    ["100%", 3, 3],
    [2, 3, 2],
  ])("%s of %i instances is %i: rounded down, at least 1", (written, instances, allowed) => {
    const read = readMaxUnavailable(written);
    expect(read.kind === "fits" && maxUnavailableOf(read.value, instances)).toBe(allowed);
  });
});

describe("what follows from an environment", () => {
  it("is start-first by default because ports are free", () => {
    expect(strategyOf(environmentOf(file()))).toBe("start-first");
    expect(strategyOf(environmentOf(file("rollout: { strategy: stop-first }")))).toBe("stop-first");
  });

  it("is how many instances may be out at a time", () => {
    expect(allowedOut(environmentOf(file('rollout: { maxUnavailable: "70%" }')))).toBe(2);
  });

  it.each([
    ["127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["0.0.0.0:80", "http://127.0.0.1:80"],
    ["'[::]:80'", "http://[::1]:80"],
    ["'[::1]:80'", "http://[::1]:80"],
  ])("is the URL of a listener on %s", (listen, url) => {
    expect(publicUrl(environmentOf(file("", `listen: ${listen}`)))).toBe(url);
  });

  it("is what the prober sends: paths through the load balancer, URLs as they are", () => {
    const probes = "probe: [{ rate: 300/s }, { url: 'http://localhost:9/x', rate: 1/s, expect: '<300' }]";
    expect(probeTargets(environmentOf(file(probes)))).toEqual([
      { url: "http://127.0.0.1:8080/", ratePerSecond: 300, failFromStatus: 500 },
      { url: "http://localhost:9/x", ratePerSecond: 1, failFromStatus: 300 },
    ]);
  });
});

describe("the name that was meant", () => {
  it.each([
    ["helth", "health"],
    ["HEALTH", "health"],
    ["max-unavailable", "maxUnavailable"],
    ["rolluot", "rollout"],
    ["environment", "environment"],
  ])("by %s is %s", (written, meant) => {
    expect(suggest(written, ["health", "rollout", "environments", "environment", "maxUnavailable"])).toBe(
      meant,
    );
  });

  it("is left open where nothing is near", () => {
    expect(suggest("colour", ["health", "rollout", "port"])).toBeNull();
    expect(suggest("x".repeat(1_000_000), ["health"])).toBeNull();
  });
});

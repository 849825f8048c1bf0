import { describe, expect, it } from "vitest";
import {
  ended,
  exampleFacts,
  exampleRun,
  fleetEvent,
  instanceView,
  measurement,
  NEW,
  ONE,
  sample,
  slotView,
  TWO,
  untouchedOne,
  untouchedTwo,
} from "../../proof/example-run.ts";
import { buildReport } from "../../proof/report/build-report.ts";
import { textReport } from "../../proof/report/text-report.ts";
import type { CliEvent } from "./cli-event.ts";
import { jsonView } from "./json.ts";
import { plainView } from "./plain.ts";
import { recordingScreen } from "./recording-screen.ts";
import { isLive } from "./screen.ts";
import { viewFor } from "./view-for.ts";

const wallOffsetMs = Date.parse("2026-11-02T00:00:00.000Z");

const report = buildReport({
  facts: exampleFacts,
  events: exampleRun,
  probe: measurement(),
  wallOffsetMs,
  controlLostAt: [],
});

const stream: readonly CliEvent[] = [
  { kind: "note", at: 900, text: "Copied the directory." },
  { kind: "plan", at: 1_000, plan: exampleFacts },
  ...exampleRun.filter((event) => event.at < 3_100),
  { kind: "probe", at: 3_100, sample: sample(3_100) },
  { kind: "probe", at: 3_350, sample: sample(3_350, { failed: 3, lastWhy: "status 502" }) },
  ended(5_100),
  { kind: "report", at: 5_200, report },
];

const problem: CliEvent = {
  kind: "error",
  at: 1_000,
  error: {
    code: "CONFIG_INVALID",
    message: 'unknown setting "helth"',
    place: { file: "handover.yaml", line: 3, column: 5 },
    next: 'Did you mean "health"?',
  },
};

function shown(events: readonly CliEvent[], env: Record<string, string> = {}) {
  const stdout = recordingScreen();
  const stderr = recordingScreen();
  const view = plainView({ stdout, stderr }, env);
  for (const event of events) view.emit(event);
  return { out: stdout.text(), err: stderr.text() };
}

function jsonOf(events: readonly CliEvent[]): readonly Record<string, unknown>[] {
  const stdout = recordingScreen();
  const view = jsonView(stdout, wallOffsetMs);
  for (const event of events) view.emit(event);
  return stdout
    .text()
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("plain lines", () => {
  it("say once what happens, with the seconds since the run began; the report goes to stdout", () => {
    const { out, err } = shown(stream);
    expect(err).toBe(
      `   0.0 s  Copied the directory.
   0.0 s  api in local: sha-1a2b3c4.9f02 to sha-5d6e7f8.9f02 on api-1 and api-2; never fewer than 1 in rotation, about 4.0 s
   0.0 s  2 of 2 in rotation (floor 1)
   0.1 s  api-1/b: start sha-5d6e7f8.9f02
   0.6 s  api-1: started, its health path passed after 0.5 s
   0.6 s  waiting: api-1/b: in rotation
   1.1 s  api-1: in rotation after 0.5 s (told)
   1.6 s  api-1/a: drain
   2.0 s  api-1: drained after 0.4 s (told)
   2.0 s  api-1/a: stop
   2.4 s  3 probe requests failed, 75 sent (status 502)
`,
    );
    expect(out).toBe(textReport(report));
  });

  it("say once that a slot is drained, however often the drain is renewed", () => {
    const drain: CliEvent = {
      kind: "action",
      at: 10,
      action: { kind: "drain", instance: ONE, slot: "a" },
      outcome: "accepted",
      why: null,
    };
    expect(shown([drain, drain, drain]).err).toBe("   0.0 s  api-1/a: drain\n");
    expect(shown([drain, { ...drain, outcome: "unclear", why: "timeout" }]).err).toContain(
      "api-1/a: drain (outcome unclear: timeout; looking again)\n",
    );
  });

  it("say once that probe requests fail, and once that they succeed again", () => {
    const failing = { failed: 3, lastWhy: "status 503" };
    const samples = [sample(0, failing), sample(250, failing), sample(500), sample(750)];
    const { err } = shown(samples.map((each) => ({ kind: "probe", at: each.at, sample: each })));
    expect(err).toBe(
      `   0.0 s  3 probe requests failed, 75 sent (status 503)
   0.5 s  probe requests succeed again
`,
    );
  });

  it("say what a stop cuts off, and how the run was halted", () => {
    const { err } = shown([
      {
        kind: "action",
        at: 0,
        action: { kind: "stop", instance: ONE, slot: "a", run: null, drains: [], cut: 2 },
        outcome: "accepted",
        why: null,
      },
      ended(100, { kind: "failed", instance: ONE, why: "it exited", log: [] }),
    ]);
    expect(err).toContain("api-1/a: stop, which cuts off 2 requests\n");
    expect(err).toContain("failed: it exited\n");
  });

  it("name the place of an error in the configuration and what was meant", () => {
    expect(shown([problem]).err).toBe(
      'handover.yaml:3:5: unknown setting "helth" (CONFIG_INVALID)\nDid you mean "health"?\n',
    );
  });

  it("have colour only where the user wants it", () => {
    expect(shown([problem], { FORCE_COLOR: "1" }).err).toContain("\u001b[");
    expect(shown([problem], { FORCE_COLOR: "1", NO_COLOR: "1" }).err).not.toContain("\u001b[");
    expect(shown([problem]).err).not.toContain("\u001b[");
  });
});

describe("JSON lines", () => {
  it("have a kind and an ISO time each, and end with the report", () => {
    const lines = jsonOf(stream);
    const kinds = new Set(["plan", "action", "step", "rotation", "wait", "probe", "error", "report"]);
    for (const line of lines) {
      expect(kinds).toContain(line["kind"]);
      expect(line["at"]).toMatch(/^2026-11-02T00:00:0\d\.\d{3}Z$/);
    }
    expect(lines.at(-1)).toEqual(JSON.parse(JSON.stringify(report)));
  });

  it("show each kind like this", () => {
    const lines = jsonOf([...stream, problem]);
    const first = (kind: string): unknown => lines.find((line) => line["kind"] === kind);
    expect(first("plan")).toEqual({ kind: "plan", at: "2026-11-02T00:00:01.000Z", ...exampleFacts });
    expect(first("action")).toEqual({
      kind: "action",
      at: "2026-11-02T00:00:01.100Z",
      action: { kind: "start", instance: "api-1", slot: "b", release: NEW },
      outcome: "accepted",
      why: null,
    });
    expect(first("step")).toEqual({
      kind: "step",
      at: "2026-11-02T00:00:01.100Z",
      instance: "api-1",
      step: "start",
      edge: "begin",
    });
    expect(first("rotation")).toMatchObject({ floor: 1, inRotation: 2, at: "2026-11-02T00:00:01.000Z" });
    expect(first("wait")).toEqual({
      kind: "wait",
      at: "2026-11-02T00:00:01.600Z",
      waits: [{ instance: "api-1", slot: "b", what: "in rotation", until: "2026-11-02T00:00:04.100Z" }],
    });
    expect(first("probe")).toEqual({
      kind: "probe",
      at: "2026-11-02T00:00:03.100Z",
      sent: 75,
      failed: 0,
      p50Ms: 2.1,
      p99Ms: 9.8,
      gapMs: 0,
      inFlight: 1,
      lastWhy: null,
    });
    expect(first("error")).toEqual({
      kind: "error",
      at: "2026-11-02T00:00:01.000Z",
      code: "CONFIG_INVALID",
      message: 'unknown setting "helth"',
      file: "handover.yaml",
      line: 3,
      column: 5,
      next: 'Did you mean "health"?',
    });
  });
});

describe("the view that fits", () => {
  const terminal = { columns: 80, rows: 24 };
  const run = (options: { json?: boolean; quiet?: boolean; live?: boolean }, events = stream) => {
    const stdout = recordingScreen();
    const stderr = recordingScreen(options.live === true ? terminal : undefined);
    const view = viewFor({
      json: options.json ?? false,
      quiet: options.quiet ?? false,
      output: { stdout, stderr },
      env: { TERM: "xterm" },
      now: () => 5_000,
      wallOffsetMs,
    });
    for (const event of events) view.emit(event);
    view.close();
    view.emit({ kind: "note", at: 9_000, text: "too late" });
    return { out: stdout.text(), err: stderr.text() };
  };

  it("is JSON when asked for, with nothing else on stdout", () => {
    const { out, err } = run({ json: true, live: true });
    expect(err).toBe("");
    for (const line of out.trimEnd().split("\n")) expect(line).toMatch(/^\{"kind":/);
  });

  it("is only the report and errors when quiet", () => {
    const { out, err } = run({ quiet: true }, [...stream, problem]);
    expect(out).toBe(textReport(report));
    expect(err.split("\n")[0]).toContain("CONFIG_INVALID");
  });

  it("is live on a terminal and lines elsewhere", () => {
    expect(run({ live: true }).err).toContain("\u001b[?25l");
    expect(run({ live: false }).err).not.toContain("\u001b[");
    const screen = recordingScreen(terminal);
    expect(isLive(screen, {})).toBe(true);
    expect(isLive(screen, { TERM: "dumb" })).toBe(false);
    expect(isLive(screen, { CI: "true" })).toBe(false);
  });

  it("writes nothing more once it is closed", () => {
    for (const options of [{ json: true }, { quiet: true }, { live: true }, {}]) {
      const { out, err } = run(options);
      expect(out + err).not.toContain("too late");
    }
  });

  it("says who serves when the fleet changes, and keeps quiet while it does not", () => {
    const out = instanceView(TWO, slotView("a", null));
    const { err } = shown([
      fleetEvent(0, untouchedOne, untouchedTwo),
      fleetEvent(100, untouchedOne, untouchedTwo),
      fleetEvent(200, untouchedOne, out),
    ]);
    expect(err).toBe("   0.0 s  2 of 2 in rotation (floor 1)\n   0.2 s  1 of 2 in rotation (floor 1)\n");
  });
});

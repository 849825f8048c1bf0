import { spawn } from "node:child_process";
import { once } from "node:events";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it, vi } from "vitest";
import {
  ended,
  exampleFacts,
  exampleRun,
  fleetEvent,
  instanceView,
  measurement,
  OLD,
  sample,
  slotView,
} from "../../proof/example-run.ts";
import { instanceId } from "../../fleet/ids.ts";
import { plainPaint } from "../../proof/paint.ts";
import { buildReport } from "../../proof/report/build-report.ts";
import { canvasOn } from "./canvas.ts";
import type { CliEvent } from "./cli-event.ts";
import { liveFrame } from "./live-frame.ts";
import { afterEvent, emptyState, type LiveState } from "./live-state.ts";
import { recordingScreen } from "./recording-screen.ts";
import { terminalView } from "./terminal.ts";

const size = { columns: 55, rows: 24 };
const plan: CliEvent = { kind: "plan", at: 900, plan: exampleFacts };

function stateAfter(...events: readonly CliEvent[]): LiveState {
  return events.reduce(afterEvent, emptyState);
}

describe("a frame of the live view", () => {
  const half = exampleRun.filter((event) => event.at < 1_700);

  it("shows what moves, how far the run is, what users see and what is waited for", () => {
    const state = stateAfter(plan, ...half, {
      kind: "probe",
      at: 1_700,
      sample: sample(1_700, { gap: { from: 1, to: 7 } }),
    });
    expect(liveFrame(state, 2_000, size, plainPaint)).toEqual([
      "api in local  sha-1a2b3c4.9f02 to sha-5d6e7f8.9f02  1.0 s of about 4.0 s",
      `api-1        ${"▒".repeat(11)}`,
      `api-2        ${"▒".repeat(11)}`,
      `in rotation  ${"2".repeat(11)}`,
      `             0 s${"4.0 s".padStart(38)}`,
      "▒ old  █ new  ▓ both  ▄ draining  ▁ starting  x down  · nothing",
      "75 requests | 0 failed | p99 9.8 ms | longest gap 6 ms",
      "api-1: joining rotation, 0.4 s",
      "waiting for api-1/b: in rotation, at most 2.1 s more",
    ]);
  });

  it("counts failed requests, says why and marks when", () => {
    const failing = sample(1_690, { failed: 2, lastWhy: "status 502" });
    const frame = liveFrame(
      stateAfter(plan, ...half, { kind: "probe", at: 1_690, sample: failing }),
      2_000,
      size,
      plainPaint,
    );
    expect(frame.join("\n")).toContain("75 requests | 2 failed (status 502) |");
    expect(frame.find((line) => line.startsWith("failures"))).toContain("x");
  });

  it("keeps apart what was refused on a first deploy before anything served", () => {
    const failing = sample(950, { failed: 2, lastWhy: "status 503" });
    const first: CliEvent = { kind: "plan", at: 900, plan: { ...exampleFacts, from: null } };
    const state = stateAfter(first, { kind: "probe", at: 950, sample: failing });
    const line = liveFrame(state, 2_000, size, plainPaint).find((text) => text.includes("requests"));
    expect(line).toContain("75 requests | 0 failed | 2 refused before anything served |");
  });

  it("never has more lines than the terminal has rows", () => {
    const many = Array.from({ length: 60 }, (_, index) =>
      instanceView(instanceId(`api-${index}`), slotView("a", OLD)),
    );
    const state = stateAfter(plan, fleetEvent(1_000, ...many));
    for (const rows of [3, 10, 24]) {
      expect(liveFrame(state, 2_000, { columns: 80, rows }, plainPaint).length).toBeLessThan(rows);
    }
    expect(liveFrame(state, 2_000, size, plainPaint)).toContain("and 44 more");
  });

  it("begins anew with a new plan, as the demo's second deploy does", () => {
    const state = stateAfter(plan, ...exampleRun, plan);
    expect(liveFrame(state, 9_000, size, plainPaint)[0]).toContain("about to begin");
  });

  it("stands still at the time the run ended", () => {
    const state = stateAfter(plan, ...exampleRun);
    expect(liveFrame(state, 99_000, size, plainPaint)).toEqual(liveFrame(state, 5_100, size, plainPaint));
  });
});

describe("the canvas", () => {
  it("draws over its last frame and writes nothing when nothing changed", () => {
    const screen = recordingScreen(size);
    const canvas = canvasOn(screen);
    canvas.draw(["one", "two"]);
    canvas.draw(["one", "two"]);
    expect(screen.writes).toHaveLength(1);
    canvas.draw(["three"]);
    expect(screen.writes[1]).toContain("\u001b[2A\rthree\u001b[K\n\u001b[J");
  });

  it("keeps what is written above it", () => {
    const screen = recordingScreen(size);
    const canvas = canvasOn(screen);
    canvas.draw(["frame"]);
    canvas.above("note\n");
    expect(stripVTControlCharacters(screen.text())).toBe("\rframe\n\rnote\n\rframe\n");
  });
});

describe("the live view", () => {
  it("redraws at most ten times a second, however much happens", () => {
    vi.useFakeTimers();
    const stderr = recordingScreen(size);
    let now = 1_000;
    const view = terminalView({ stdout: recordingScreen(), stderr }, {}, () => now);
    view.emit(plan);
    for (let turn = 0; turn < 1_000; turn++) {
      now += 1;
      view.emit({ kind: "probe", at: now, sample: sample(now) });
      vi.advanceTimersByTime(1);
    }
    expect(stderr.writes.length).toBeGreaterThan(5);
    expect(stderr.writes.length).toBeLessThanOrEqual(10);
    view.close();
    vi.useRealTimers();
  });

  it("leaves the last frame, gives the cursor back, and prints the report to stdout", () => {
    const stdout = recordingScreen();
    const stderr = recordingScreen(size);
    const view = terminalView({ stdout, stderr }, {}, () => 5_100);
    const report = buildReport({
      facts: exampleFacts,
      events: exampleRun,
      probe: measurement(),
      wallOffsetMs: 0,
      controlLostAt: [],
    });
    for (const event of [plan, ...exampleRun, ended(5_100)]) view.emit(event);
    view.emit({ kind: "report", at: 5_200, report });
    view.close();
    expect(stderr.text().split("\u001b[?25l")).toHaveLength(2);
    expect(stderr.text().endsWith("\u001b[?7h\u001b[?25h")).toBe(true);
    expect(stripVTControlCharacters(stderr.text())).toContain("api-2");
    expect(stdout.text()).toContain("0 of 4,012 requests failed.");
  });

  it.each(["exit", "throw", "SIGINT", "SIGTERM", "SIGHUP"])("gives the cursor back on %s", async (how) => {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", program(how)], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let written = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (written += text));
    const [status, signal] = (await once(child, "close")) as [number | null, string | null];
    expect(written).toContain("\u001b[?25l");
    expect(written.lastIndexOf("\u001b[?25h")).toBeGreaterThan(written.lastIndexOf("\u001b[?25l"));
    expect(signal ?? (status === 0 ? "exit" : "throw")).toBe(how);
  });
});

/** A program that draws a frame and then ends in one of the ways in which programs end. */
function program(how: string): string {
  const end: Record<string, string> = { exit: "process.exit(0)", throw: 'throw new Error("boom")' };
  return `
    import { writeSync } from "node:fs";
    import { terminalView } from ${JSON.stringify(new URL("./terminal.ts", import.meta.url).href)};
    const screen = { isTTY: true, columns: 80, rows: 24, write: (text) => writeSync(2, text) };
    const view = terminalView({ stdout: screen, stderr: screen }, {}, () => 0);
    view.emit(${JSON.stringify(plan)});
    setInterval(() => {}, 1000);
    setTimeout(() => { ${end[how] ?? `process.kill(process.pid, "${how}")`} }, 250);
  `;
}

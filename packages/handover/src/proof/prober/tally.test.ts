import { describe, expect, it } from "vitest";
import { FailureLog, ONE_BY_ONE } from "./failure-log.ts";
import { LatencyHistogram } from "./latency-histogram.ts";
import { MOST_SAMPLES, SampleLog } from "./sample-log.ts";
import { CATCH_UP_MS, startSchedule, takeDue } from "./schedule.ts";
import { Tally } from "./tally.ts";

const good = { why: null, repeated: false };
const failed = { why: "status 502", repeated: false };

describe("the schedule", () => {
  it("is open-loop: what is due depends on the time alone", () => {
    const first = takeDue(startSchedule(10, 1_000), 1_250);
    expect(first.send.map(({ number }) => number)).toEqual([0, 1, 2]);
    expect(takeDue(first.schedule, 1_299).send).toEqual([]);
    expect(takeDue(first.schedule, 1_300).send).toEqual([{ number: 3, lateMs: 0 }]);
  });

  it("catches up with what a thread that was behind did not send, and says how late it is", () => {
    const due = takeDue(startSchedule(2, 0), 1_000);
    expect(due.send).toEqual([
      { number: 0, lateMs: 1_000 },
      { number: 1, lateMs: 500 },
      { number: 2, lateMs: 0 },
    ]);
  });

  it("skips and counts what is too old instead of flooding the service", () => {
    const due = takeDue(startSchedule(1, 0), CATCH_UP_MS + 3_000);
    expect(due.skipped).toBe(3);
    expect(due.send).toHaveLength(6);
  });
});

describe("the latencies", () => {
  it("are off by at most one percent", () => {
    const values = Array.from({ length: 4_000 }, (_, index) => 0.05 * 1.003 ** index);
    const histogram = new LatencyHistogram();
    for (const value of values) histogram.add(value);
    for (const share of [0.01, 0.25, 0.5, 0.9, 0.95]) {
      const exact = values[Math.ceil(share * values.length) - 1] ?? 0;
      expect(Math.abs(histogram.percentile(share) / exact - 1)).toBeLessThan(0.0101);
    }
  });

  it("are 0 where there was none", () => {
    expect(new LatencyHistogram().summary()).toEqual({ p50Ms: 0, p99Ms: 0 });
  });
});

describe("the longest gap", () => {
  it("is between two successive good answers, whatever failed meanwhile", () => {
    const tally = new Tally(["/"], 0);
    const sent = tally.sent(0, "new", 0, false);
    tally.answered(sent, good, 100);
    tally.answered(sent, failed, 200);
    tally.answered(sent, good, 400);
    tally.answered(sent, good, 450);
    expect(tally.result(450).longestGapMs).toBe(300);
  });

  it("grows while no good answer comes, and is shown live", () => {
    const tally = new Tally(["/"], 0);
    tally.answered(tally.sent(0, "new", 0, false), good, 100);
    expect(tally.sample(350).gap).toEqual({ from: 100, to: 350 });
    expect(tally.sample(600).gap).toEqual({ from: 100, to: 600 });
    expect(tally.result(600).longestGapMs).toBe(500);
  });

  it("starts at the first answer where no good one ever came", () => {
    const tally = new Tally(["/"], 0);
    tally.answered(tally.sent(0, "new", 0, false), failed, 40);
    tally.sample(1_040);
    expect(tally.result(1_040).longestGapMs).toBe(1_000);
  });

  it("does not grow after the last request was sent", () => {
    const tally = new Tally(["/"], 0);
    const slow = tally.sent(0, "new", 0, false);
    tally.answered(tally.sent(0, "new", 0, false), good, 100);
    tally.stopSending(150);
    tally.answered(slow, good, 2_000);
    tally.sample(2_000);
    expect(tally.result(2_000).longestGapMs).toBe(50);
  });
});

describe("hours of probing", () => {
  it("keep every failure in the count, those of a kind as one entry a second", () => {
    const log = new FailureLog();
    const failure = { url: "/", why: "timeout", connection: "new", count: 1, sentAt: 0 } as const;
    for (let at = 0; at < ONE_BY_ONE + 10_000; at++) log.add({ ...failure, at });
    const entries = log.all();
    expect(entries.length).toBeLessThanOrEqual(ONE_BY_ONE + 11);
    expect(entries.reduce((sum, { count }) => sum + count, 0)).toBe(ONE_BY_ONE + 10_000);
  });

  it("keep the picture of the whole run in a bounded number of samples", () => {
    const log = new SampleLog();
    const sample = { sent: 5, failed: 0, inFlight: 0, lastWhy: null, gap: null };
    const count = MOST_SAMPLES * 5;
    for (let at = 0; at < count; at++) {
      log.add({ ...sample, at, latency: { p50Ms: 1, p99Ms: at === 7 ? 99 : 2 } });
    }
    const samples = log.all();
    expect(samples.length).toBeLessThanOrEqual(MOST_SAMPLES);
    expect(samples.reduce((sum, { sent }) => sum + sent, 0)).toBe(count * 5);
    expect(samples[0]?.latency.p99Ms).toBe(99);
    expect(samples.at(-1)?.at).toBe(count - 1);
  });
});

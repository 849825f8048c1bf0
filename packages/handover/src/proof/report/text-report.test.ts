import { describe, expect, it } from "vitest";
import type { RolloutEvent } from "../../rollout/rollout-event.ts";
import {
  ended,
  exampleFacts,
  exampleRun,
  failure,
  firstRun,
  fleetEvent,
  measurement,
  NEW,
  sample,
  TWO,
  untouchedOne,
  untouchedTwo,
} from "../example-run.ts";
import { buildReport, type ReportInput } from "./build-report.ts";
import { jsonReport, textReport } from "./text-report.ts";

function build(input: Partial<ReportInput> = {}): ReturnType<typeof buildReport> {
  return buildReport({
    facts: exampleFacts,
    events: exampleRun,
    probe: measurement(),
    wallOffsetMs: 0,
    controlLostAt: [],
    ...input,
  });
}

const failing = (kind: "failed" | "lost" | "refused" | "interrupted"): readonly RolloutEvent[] => [
  fleetEvent(1_000, untouchedOne, untouchedTwo),
  {
    kind: "action",
    at: 1_100,
    action: { kind: "start", instance: TWO, slot: "b", release: NEW },
    outcome: "accepted",
    why: null,
  },
  fleetEvent(1_900, untouchedOne, untouchedTwo),
  ended(2_000, {
    kind,
    instance: TWO,
    why: "exited with status 1 after 80 ms",
    log: ["Error: no such module"],
  }),
];

describe("the report as text", () => {
  it("reads like this when all went well", () => {
    expect(textReport(build())).toBe(
      `sha-5d6e7f8.9f02 replaced sha-1a2b3c4.9f02 on 2 instances in 4.1 s; 0 of 4,012 requests failed.

  requests     4,012, 0 failed, 0 cut off by a drain deadline
  longest gap  6 ms between two good answers
  latency      p50 2.1 ms, p99 9.8 ms (p99 before 9.8 ms, during 9.8 ms, after 9.8 ms)
  rotation     never below 2 of 2, the floor is 1
  duration     4.1 s, predicted 4.0 s

  instance  outcome   runs              start  join        drain       stop
  api-1     replaced  sha-5d6e7f8.9f02  0.5 s  0.5 s told  0.4 s told  0.1 s
  api-2     replaced  sha-5d6e7f8.9f02  0.5 s  0.5 s told  0.4 s told  0.1 s
`,
    );
  });

  it("says who runs what, shows the last log lines and what to do when the release failed", () => {
    const text = textReport(build({ events: failing("failed") }));
    expect(text.split("\n")[0]).toBe(
      "sha-5d6e7f8.9f02 failed at api-2 after 1.0 s: exited with status 1 after 80 ms; 0 of 4,012 requests failed.",
    );
    expect(text).toContain(`
  api-1 and api-2 run sha-1a2b3c4.9f02.
  The last lines of api-2:
  | Error: no such module

Next: read \`handover logs api-2\`, mend the release and run \`handover deploy\` again; it goes on from the fleet as it is.
`);
  });

  it("says in one sentence how each other run ended", () => {
    const first = (input: Partial<ReportInput>): string | undefined =>
      textReport(build(input)).split("\n")[0];
    expect(first({ events: firstRun, facts: { ...exampleFacts, from: null } })).toBe(
      "sha-5d6e7f8.9f02 runs on 2 instances, where nothing ran before, after 2.0 s; 0 of 4,012 requests failed.",
    );
    expect(first({ events: failing("lost") })).toContain("because something else was lost: exited");
    expect(first({ events: failing("refused") })).toBe(
      "Refused, nothing was touched: exited with status 1 after 80 ms.",
    );
    expect(first({ events: failing("interrupted") })).toContain(
      "Interrupted after 1.0 s on the way to sha-5d6e7f8.9f02",
    );
    expect(first({ events: [fleetEvent(1_000, untouchedOne), ended(1_100)], probe: null })).toBe(
      "sha-5d6e7f8.9f02 runs already, nothing was changed; no requests were probed.",
    );
  });

  it("lists failures by kind with when each began", () => {
    const failures = [
      failure(2_000),
      failure(2_100, "status 502", { count: 2 }),
      failure(3_500, "ECONNRESET", { connection: "kept-alive" }),
    ];
    const text = textReport(build({ probe: measurement({ failures, repeated: 2, late: 1 }) }));
    expect(text).toContain("  failed  3 x status 502 over a new connection, first after 1.0 s\n");
    expect(text).toContain("  failed  1 x ECONNRESET over a kept-alive connection, first after 2.5 s\n");
    expect(text).toContain("; 2 sent again on a fresh connection; 1 late, this machine was busy\n");
    expect(text).toContain("4 of 4,012 requests failed.");
    expect(text).toContain("Next: ");
  });

  it("says how many failures are not the deploy's", () => {
    const failures = [failure(1_050, "ECONNREFUSED", { count: 12 })];
    const text = textReport(build({ probe: measurement({ failures, samples: [sample(1_000)] }) }));
    expect(text).toContain("0 of 4,000 requests failed.");
    expect(text).toContain("12 not counted: nothing of this deploy's");
  });

  it("paints what is good and what is bad, without moving a column", () => {
    const painted = textReport(build(), (ink, text) => `<${ink}>${text}</>`);
    expect(painted).toContain("<good>replaced</>");
    expect(painted.replaceAll(/<[a-z/]*>/g, "")).toBe(textReport(build()));
  });
});

it("the report as JSON is one line", () => {
  expect(jsonReport(build())).not.toContain("\n");
});

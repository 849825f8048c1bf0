import { plainPaint, type Paint } from "../paint.ts";
import { count, counted, milliseconds, seconds } from "../quantities.ts";
import { instanceTable } from "./instance-table.ts";
import { nextStep } from "./next-step.ts";
import type { Report } from "./report.ts";
import { sentence, whoRunsWhat } from "./sentence.ts";
import { textTable } from "./text-table.ts";

/** The report for people: what happened in one sentence, the figures, the instances, and what to do if it went wrong. */
export function textReport(report: Report, paint: Paint = plainPaint): string {
  const wellDone = report.outcome === "done" && report.requests.failed === 0;
  const blocks = [[paint(wellDone ? "good" : "bad", sentence(report))]];
  if (report.outcome !== "refused") {
    blocks.push(indented(figures(report, paint)), indented(instanceTable(report, paint)));
    blocks.push(indented(failures(report, paint)), indented(misfortune(report, paint)));
  }
  blocks.push([nextStep(report) ?? ""]);
  return `${blocks
    .map((lines) => lines.filter((line) => line !== "").join("\n"))
    .filter((block) => block !== "")
    .join("\n\n")}\n`;
}

/** The report as one line of JSON, without a line end. */
export function jsonReport(report: Report): string {
  return JSON.stringify(report);
}

function figures(report: Report, paint: Paint): readonly string[] {
  const { requests, rotation, predicted } = report;
  const rows: string[][] = [];
  if (requests.total > 0) {
    const { before, during, after } = requests.latency;
    rows.push(["requests", requestLine(report)]);
    rows.push(["longest gap", `${milliseconds(requests.longestGapMs)} between two good answers`]);
    rows.push([
      "latency",
      `p50 ${milliseconds(requests.p50Ms)}, p99 ${milliseconds(requests.p99Ms)} ` +
        `(p99 before ${milliseconds(before.p99Ms)}, during ${milliseconds(during.p99Ms)}, after ${milliseconds(after.p99Ms)})`,
    ]);
  }
  rows.push([
    "rotation",
    `never below ${rotation.minimum} of ${report.instances.length}, the floor is ${rotation.floor}`,
  ]);
  rows.push([
    "duration",
    predicted === null
      ? seconds(report.durationMs)
      : `${seconds(report.durationMs)}, predicted ${seconds(predicted.durationMs)}`,
  ]);
  return textTable(rows, (cell, _, column) => (column === 0 ? paint("faint", cell) : cell));
}

function requestLine({ requests }: Report): string {
  const { notCounted, repeated, late, skipped } = requests;
  const parts = [
    `${count(requests.total)}, ${count(requests.failed)} failed, ${count(requests.cut)} cut off by a drain deadline`,
  ];
  if (repeated > 0) parts.push(`${count(repeated)} sent again on a fresh connection`);
  if (notCounted.before > 0) parts.push(`${count(notCounted.before)} not counted: nothing of this deploy's`);
  if (notCounted.network > 0) parts.push(`${count(notCounted.network)} not counted: our own network failed`);
  if (late + skipped > 0) parts.push(`${count(late + skipped)} late, this machine was busy`);
  return parts.join("; ");
}

/** The failures that count, by kind. */
function failures({ requests, startedAt }: Report, paint: Paint): readonly string[] {
  const kinds = new Map<string, { times: number; first: string }>();
  for (const { why, connection, count, at } of requests.failures) {
    const kind = `${why} over ${connection === "new" ? "a new" : "a kept-alive"} connection`;
    const known = kinds.get(kind);
    kinds.set(kind, { times: (known?.times ?? 0) + count, first: known?.first ?? at });
  }
  const lines = [...kinds].map(([kind, { times, first }]) => {
    const after = seconds(Math.max(0, Date.parse(first) - Date.parse(startedAt)));
    return `${paint("bad", "failed")}  ${count(times)} x ${kind}, first after ${after}`;
  });
  const listed = [...kinds.values()].reduce((sum, { times }) => sum + times, 0);
  return listed < requests.failed
    ? [...lines, `and ${counted(requests.failed - listed, "more failure")}`]
    : lines;
}

/** Who runs what, and the last lines of the log of what failed. */
function misfortune(report: Report, paint: Paint): readonly string[] {
  const { halt, instances } = report;
  if (halt === null) return [];
  const log = halt.log.map((line) => `${paint("faint", "|")} ${line}`);
  const title = log.length === 0 ? [] : [`The last lines of ${halt.instance ?? "the release"}:`];
  return [whoRunsWhat(instances), ...title, ...log];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

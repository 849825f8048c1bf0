import type { Report } from "./report.ts";

/** What to do after a run that did not simply succeed; null when there is nothing to do. */
export function nextStep(report: Report): string | null {
  const again = "goes on from the fleet as it is";
  switch (report.outcome) {
    case "done":
      if (report.requests.failed === 0) return null;
      return "Next: compare the failures' times with the timeline; `--json` lists them, `handover logs` shows what the instances wrote.";
    case "refused":
      return null;
    case "interrupted":
      return `Next: run \`handover deploy\` again; it ${again}.`;
    case "halted":
      if (report.halt?.kind !== "failed") {
        return `Next: see \`handover status\`, then run \`handover deploy\` again; it ${again}.`;
      }
      return report.halt.instance === null
        ? `Next: mend the release and run \`handover deploy\` again; it ${again}.`
        : `Next: read \`handover logs ${report.halt.instance}\`, mend the release and run \`handover deploy\` again; it ${again}.`;
  }
}

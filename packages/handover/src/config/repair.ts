import { keyMeant } from "./issue-diagnostic.ts";
import type { Issue } from "./issues.ts";
import { notYet } from "./not-yet.ts";
import type { Path, YamlDocument } from "./yaml-document.ts";

/** What was changed, so that nothing is concluded from it. */
export interface Repair {
  /** Paths whose values were taken out: what they were meant to be is not known. */
  readonly unjudged: readonly Path[];
  readonly changed: boolean;
}

/** What takes the place of something that is missing, by its key. */
const STAND_INS: Readonly<Record<string, unknown>> = {
  service: "unnamed",
  processes: { command: "unknown", instances: 2 },
  command: "unknown",
  instances: 2,
  loadBalancer: true,
};

/**
 * Makes the document fit as far as it can be guessed: a mistyped key is renamed, what does not fit is taken out,
 * what is missing is stood in for.
 * Done only to find the other mistakes in the same run, never to go on with the result.
 */
export function repair(document: YamlDocument, issues: readonly Issue[]): Repair {
  const unjudged: Path[] = [];
  let changed = false;
  for (const issue of issues) {
    if (issue.kind === "missing") {
      const stand = STAND_INS[String(issue.path.at(-1))];
      if (stand === undefined) continue;
      unjudged.push(issue.path);
      changed = document.add(issue.path, stand) || changed;
      continue;
    }
    const meant = issue.kind === "unknown-key" && notYet(issue.path) === null ? keyMeant(issue.path) : null;
    const target = meant === null ? null : [...issue.path.slice(0, -1), meant];
    if (meant !== null && target !== null && document.placeOf(target) === null) {
      changed = document.rename(issue.path, meant) || changed;
    } else {
      // An item of a list is taken out with its list, as the places of the others would shift.
      const item = issue.path.findIndex((segment) => typeof segment === "number");
      const path = item === -1 ? issue.path : issue.path.slice(0, item);
      if (path.length === 0) continue;
      unjudged.push(path);
      changed = document.remove(path) || changed;
    }
  }
  return { unjudged, changed };
}

/** Issues that only follow from another one: a key that is missing because it is mistyped or of a later version. */
export function withoutEchoes(issues: readonly Issue[], excused: readonly Path[]): readonly Issue[] {
  const parents = new Set(excused.map((path) => path.slice(0, -1).join("\0")));
  const meant = new Set<string>();
  for (const issue of issues) {
    if (issue.kind !== "unknown-key") continue;
    if (notYet(issue.path) !== null) parents.add(issue.path.slice(0, -1).join("\0"));
    const key = keyMeant(issue.path);
    if (key !== null) meant.add([...issue.path.slice(0, -1), key].join("\0"));
  }
  return issues.filter((issue) => {
    if (issue.kind !== "missing") return true;
    return !meant.has(issue.path.join("\0")) && !parents.has(issue.path.slice(0, -1).join("\0"));
  });
}

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
  // What is missing comes last: a renamed key may be it.
  const [missing, others] = [
    issues.filter(({ kind }) => kind === "missing"),
    issues.filter(({ kind }) => kind !== "missing"),
  ];
  for (const issue of others) {
    const name = nameMeant(issue);
    if (name !== null && document.placeOf([...issue.path.slice(0, -1), name]) === null) {
      changed = document.rename(issue.path, name) || changed;
      continue;
    }
    const path = withoutItem(issue.path);
    if (path.length === 0) continue;
    unjudged.push(path);
    changed = document.remove(path) || changed;
  }
  for (const { path } of missing) {
    const standIn = STAND_INS[String(path.at(-1))];
    if (standIn === undefined || document.placeOf(path) !== null) continue;
    unjudged.push(path);
    changed = document.add(path, standIn) || changed;
  }
  return { unjudged, changed };
}

/** What a key that does not fit is renamed to; null where nothing can be guessed. */
function nameMeant({ kind, path }: Issue): string | null {
  if (kind === "unknown-key") return notYet(path) === null ? keyMeant(path) : null;
  if (kind !== "unfit-key" || path[0] !== "environments" || path.length !== 2) return null;
  const label = String(path[1])
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, "-")
    .replaceAll(/^[^a-z]+|-+$/gu, "");
  return label.slice(0, 40).replace(/-+$/u, "") || "unnamed";
}

/** An item of a list is taken out with its list, as the places of the others would shift. */
function withoutItem(path: Path): Path {
  const item = path.findIndex((segment) => typeof segment === "number");
  return item === -1 ? path : path.slice(0, item);
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

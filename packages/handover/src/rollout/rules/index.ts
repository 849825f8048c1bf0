import type { Rule } from "../draft.ts";
import { firstFailureHalts } from "./first-failure-halts.ts";
import { keepTheFloor } from "./keep-the-floor.ts";
import { leaveNothingBehind } from "./leave-nothing-behind.ts";
import { noOlderRelease } from "./no-older-release.ts";
import { notServingFirst } from "./not-serving-first.ts";
import { onlyWithTheLease } from "./only-with-the-lease.ts";
import { proveBeforeGoingOn } from "./prove-before-going-on.ts";
import { stopOnlyWhenIdle } from "./stop-only-when-idle.ts";

/**
 * The eight rules, in the order in which they are applied: first those that hold back what comes too early, then the
 * floor, which looks at what is left, then those that end a run, and last the one without which nobody may act.
 */
export const RULES: readonly Rule[] = [
  notServingFirst,
  proveBeforeGoingOn,
  stopOnlyWhenIdle,
  keepTheFloor,
  firstFailureHalts,
  noOlderRelease,
  leaveNothingBehind,
  onlyWithTheLease,
];

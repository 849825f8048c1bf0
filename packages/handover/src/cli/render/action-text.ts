import { counted } from "../../proof/quantities.ts";
import type { Action } from "../../rollout/action.ts";
import type { StepName } from "../../rollout/rollout-event.ts";

/** An action as a line of the log: `api-1/b: start sha-5d6e7f8.9f02`. */
export function actionText(action: Action): string {
  const slot = `${action.instance}/${action.slot}`;
  switch (action.kind) {
    case "drain":
      return `${slot}: drain`;
    case "undrain":
      return `${slot}: end the drain`;
    case "start":
      return `${slot}: start ${action.release}`;
    case "stop":
      return `${slot}: stop${cutText(action.cut)}`;
    case "swap":
      return `${slot}: swap to ${action.release}${cutText(action.cut)}`;
  }
}

function cutText(cut: number): string {
  return cut === 0 ? "" : `, which cuts off ${counted(cut, "request")}`;
}

/** What an instance has done when a step has ended. */
export const STEP_ENDED: Readonly<Record<StepName, string>> = {
  start: "started, its health path passed",
  swap: "swapped",
  join: "in rotation",
  prove: "proven healthy",
  drain: "drained",
  stop: "stopped",
  restore: "restored",
};

/** What an instance is doing. */
export const STEP_UNDER_WAY: Readonly<Record<StepName, string>> = {
  start: "starting",
  swap: "swapping",
  join: "joining rotation",
  prove: "proving itself healthy",
  drain: "draining",
  stop: "stopping",
  restore: "being restored",
};

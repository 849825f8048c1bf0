import { readFileSync } from "node:fs";

/**
 * When this process started, so that a pid that was given again is told apart: in ticks since boot where the system says
 * so (field 22 of proc_pid_stat(5)), otherwise the process's own time origin in milliseconds.
 */
export function ownStartTime(): string {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    // The command's name stands in brackets and may contain spaces: count from the last bracket.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "0";
  } catch {
    return String(Math.round(performance.timeOrigin));
  }
}

import type { Instant, Milliseconds } from "../../fleet/time.ts";
import type { View } from "./cli-event.ts";
import { jsonView } from "./json.ts";
import { plainView, quietView } from "./plain.ts";
import { isLive, type Output, type TerminalEnvironment } from "./screen.ts";
import { terminalView } from "./terminal.ts";

export interface ViewOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly output: Output;
  readonly env: TerminalEnvironment;
  /** The run's clock. */
  readonly now: () => Instant;
  /** Wall time minus the run's clock. */
  readonly wallOffsetMs: Milliseconds;
}

/** The view that fits: JSON or nothing but results when asked for, live on a terminal, lines elsewhere. */
export function viewFor({ json, quiet, output, env, now, wallOffsetMs }: ViewOptions): View {
  if (json) return jsonView(output.stdout, wallOffsetMs);
  if (quiet) return quietView(output, env);
  return isLive(output.stderr, env) ? terminalView(output, env, now) : plainView(output, env);
}

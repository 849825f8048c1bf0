import type { Instant, Milliseconds } from "../../fleet/time.ts";
import { textReport } from "../../proof/report/text-report.ts";
import { canvasOn } from "./canvas.ts";
import type { View } from "./cli-event.ts";
import { painterFor } from "./colour.ts";
import { errorText } from "./error-text.ts";
import { liveFrame } from "./live-frame.ts";
import { afterEvent, emptyState, type LiveState } from "./live-state.ts";
import { restoreOnExit } from "./restore-on-exit.ts";
import type { Output, TerminalEnvironment } from "./screen.ts";

const REDRAW_EVERY_MS: Milliseconds = 100;

/**
 * The live view: lanes that move, counters, the steps and waits of the moment, redrawn in place on `stderr` at most ten
 * times a second. The last frame stays; the report follows on `stdout`. The cursor comes back however the process ends.
 */
export function terminalView(output: Output, env: TerminalEnvironment, now: () => Instant): View {
  const { stdout, stderr } = output;
  const canvas = canvasOn(stderr);
  const paint = painterFor(stderr, env);
  let state: LiveState = emptyState;
  let open = true;

  const redraw = (): void => {
    const size = { columns: stderr.columns ?? 80, rows: stderr.rows ?? 24 };
    canvas.draw(liveFrame(state, now(), size, paint));
  };
  const unsubscribe = restoreOnExit(() => canvas.restore());
  const timer = setInterval(redraw, REDRAW_EVERY_MS);
  timer.unref();

  function settle(): void {
    redraw();
    canvas.keep();
    canvas.restore();
    state = emptyState;
  }

  return {
    emit(event) {
      if (!open) return;
      if (event.kind === "plan" && state.plan !== null) settle();
      state = afterEvent(state, event);
      if (event.kind === "note") canvas.above(`${event.text}\n`);
      if (event.kind === "error" || event.kind === "report") settle();
      if (event.kind === "error") stderr.write(errorText(event.error, paint));
      if (event.kind === "report") stdout.write(`\n${textReport(event.report, painterFor(stdout, env))}`);
    },
    close() {
      if (!open) return;
      open = false;
      clearInterval(timer);
      settle();
      unsubscribe();
    },
  };
}

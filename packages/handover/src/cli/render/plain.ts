import type { Instant } from "../../fleet/time.ts";
import { textReport } from "../../proof/report/text-report.ts";
import type { View } from "./cli-event.ts";
import { painterFor } from "./colour.ts";
import { errorText } from "./error-text.ts";
import { nothingSaid, plainLines, timed, type Said } from "./plain-lines.ts";
import type { Output, TerminalEnvironment } from "./screen.ts";

/** One line for each thing that happened, with the seconds since the first, for logs; the report to `stdout`. */
export function plainView(output: Output, env: TerminalEnvironment): View {
  const { stdout, stderr } = output;
  let said: Said = nothingSaid;
  let began: Instant | null = null;
  let open = true;
  return {
    emit(event) {
      if (!open) return;
      if (event.kind === "plan") began = event.at;
      began ??= event.at;
      const next = plainLines(event, said);
      said = next.said;
      for (const line of next.lines) stderr.write(timed(line, event.at - began));
      if (event.kind === "error") stderr.write(errorText(event.error, painterFor(stderr, env)));
      if (event.kind === "report") stdout.write(textReport(event.report, painterFor(stdout, env)));
    },
    close() {
      open = false;
    },
  };
}

/** Only results and errors. */
export function quietView(output: Output, env: TerminalEnvironment): View {
  const view = plainView(output, env);
  return {
    emit(event) {
      if (event.kind === "error" || event.kind === "report") view.emit(event);
    },
    close: () => view.close(),
  };
}

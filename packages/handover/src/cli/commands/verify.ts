import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { publicUrl } from "../../config/environment-facts.ts";
import { HandoverError } from "../../errors/handover-error.ts";
import { statusOf } from "../../operations/status-of.ts";
import { askThroughBalancer } from "../../operations/verify-answers.ts";
import { textTable } from "../../proof/report/text-table.ts";
import { command } from "../options.ts";
import { jsonLine, print } from "../print.ts";
import { openEnvironment } from "../project.ts";

/** Enough for every instance of a round robin to answer a few times. */
const REQUESTS_AN_INSTANCE = 4;

/** `verify`: asks through the load balancer, and shows who answered. */
export function verifyCommand(exit: (status: number) => void): CommandUnknownOpts {
  return command(
    "verify",
    "send requests through the load balancer and show which instances and releases answered",
  )
    .option("--path <path>", "what to ask for", "/")
    .action(async (options) => {
      if (!options.path.startsWith("/"))
        throw new HandoverError("USAGE", `--path begins with /, unlike ${options.path}`);
      const local = await openEnvironment(options);
      const url = `${publicUrl(local.environment)}${options.path}`;
      const { instances } = await statusOf(local, AbortSignal.timeout(5_000));
      const serving = instances.filter(({ rotation }) => rotation === "in");
      const answers = await askThroughBalancer(url, Math.max(1, serving.length) * REQUESTS_AN_INSTANCE);
      const good = answers.filter(({ status }) => status !== null && status < 500);
      const rows = serving.map(({ slot, release }) => ({
        slot,
        release,
        answers: good.filter((answer) => answer.slot === slot).length,
      }));
      const failed = answers.length - good.length;
      const silent = rows.filter((row) => row.answers === 0);
      if (options.json === true)
        print(jsonLine("verify", { url, requests: answers.length, failed, instances: rows }));
      else {
        const lines = textTable(rows.map((row) => [row.slot, row.release ?? "-", `${row.answers} answers`]));
        const bad = answers.find((answer) => !good.includes(answer));
        const why = bad === undefined ? "" : ` (${bad.why ?? `status ${bad.status}`})`;
        print([`${answers.length} requests to ${url}, ${failed} failed${why}`, ...lines].join("\n"));
      }
      exit(failed > 0 || silent.length > 0 || rows.length === 0 ? 4 : 0);
    });
}

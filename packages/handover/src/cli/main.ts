import { Command, CommanderError } from "@commander-js/extra-typings";
import { inspect } from "node:util";
import { describeDiagnostics, diagnosticLines } from "../config/describe.ts";
import { HandoverError } from "../errors/handover-error.ts";
import { describeProblem, errorLine } from "../errors/problem.ts";
import { ERRORS } from "../errors/table.ts";
import { configCommand } from "./commands/config.ts";
import { demoCommand } from "./commands/demo.ts";
import { deployCommand } from "./commands/deploy.ts";
import { downCommand } from "./commands/down.ts";
import { logsCommand } from "./commands/logs.ts";
import { planCommand } from "./commands/plan.ts";
import { rollbackCommand } from "./commands/rollback.ts";
import { statusCommand } from "./commands/status.ts";
import { upCommand } from "./commands/up.ts";
import { verifyCommand } from "./commands/verify.ts";
import { print } from "./print.ts";
import { ConfigurationMistakes } from "./project.ts";
import { version } from "./version.ts";

const OLDEST_NODE = 22;

/** Runs one command line and returns its exit status. */
async function main(argv: readonly string[]): Promise<number> {
  let status = 0;
  const exit = (value: number): void => {
    status = value;
  };
  const program = new Command("handover")
    .description("Zero-downtime deploys for plain servers, proven.")
    .version(version())
    .showHelpAfterError("(handover --help lists the commands)");
  const commands = [
    configCommand(),
    planCommand(),
    deployCommand(exit),
    rollbackCommand(exit),
    statusCommand(),
    logsCommand(),
    verifyCommand(exit),
    upCommand(),
    downCommand(),
    demoCommand(exit),
  ];
  for (const each of commands) program.addCommand(each);
  for (const each of [program, ...program.commands]) each.exitOverride();
  try {
    await program.parseAsync(argv, { from: "user" });
    return status;
  } catch (error) {
    if (argv.includes("--verbose") && !(error instanceof CommanderError))
      process.stderr.write(`${inspect(error)}\n`);
    return failed(error, argv.includes("--json"));
  }
}

/** Says what went wrong, on stdout for `--json` and on stderr for people, and gives its exit status. */
function failed(error: unknown, json: boolean): number {
  const at = new Date().toISOString();
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // People were told by commander already.
    const usage = new HandoverError("USAGE", error.message.replace(/^error: /, ""));
    if (json) print(JSON.stringify({ ...errorLine(usage), at }));
    return ERRORS.USAGE.exit;
  }
  if (error instanceof ConfigurationMistakes) {
    const { diagnostics, text } = error;
    if (json) for (const line of diagnosticLines(diagnostics)) print(JSON.stringify({ ...line, at }));
    else process.stderr.write(`${describeDiagnostics(diagnostics, text)}\n`);
    return Math.max(...diagnostics.map(({ code }) => ERRORS[code].exit));
  }
  const told =
    error instanceof HandoverError
      ? error
      : new HandoverError(
          "INTERNAL",
          error instanceof Error ? (error.stack ?? error.message) : String(error),
        );
  if (json) print(JSON.stringify({ ...errorLine(told), at }));
  else process.stderr.write(`${describeProblem(told)}\n`);
  return ERRORS[told.code].exit;
}

const major = Number(process.versions.node.split(".")[0]);
if (major < OLDEST_NODE)
  process.stderr.write(
    `note: Node ${process.versions.node} is past its end of life; handover is made for ${OLDEST_NODE} and later\n`,
  );
process.exitCode = await main(process.argv.slice(2));

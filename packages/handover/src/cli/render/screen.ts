/** The part of `process.stdout` that a view needs. */
export interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** Results go to `stdout`, prose to `stderr`. */
export interface Output {
  readonly stdout: Screen;
  readonly stderr: Screen;
}

/** The environment variables that say what a terminal can do. */
export type TerminalEnvironment = Readonly<Record<string, string | undefined>>;

/** Whether a screen can be redrawn in place. */
export function isLive(screen: Screen, env: TerminalEnvironment): boolean {
  return screen.isTTY === true && env["TERM"] !== "dumb" && (env["CI"] ?? "") === "";
}

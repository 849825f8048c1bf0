import { fileURLToPath } from "node:url";

/** The background processes of a local environment. */
export type BackgroundName = "supervisor" | "balancer";

/** What `process.execPath` is given to run a background process. */
export interface EntryPoint {
  readonly file: string;
  /** Options of node itself, ahead of the file. */
  readonly execArgv: readonly string[];
}

const sources: Readonly<Record<BackgroundName, string>> = {
  supervisor: "../runtime/processes/main.ts",
  balancer: "../load-balancer/embedded/main.ts",
};

/**
 * Where a background process begins: beside the bundle (`dist/supervisor.js`) when this code was bundled, else the
 * source, whose types node strips. `here` is only given by tests.
 */
export function entryPoint(name: BackgroundName, here: string = import.meta.url): EntryPoint {
  if (!here.endsWith(".ts")) {
    return { file: fileURLToPath(new URL(`./${name}.js`, here)), execArgv: [] };
  }
  return {
    file: fileURLToPath(new URL(sources[name], here)),
    execArgv: ["--conditions=@handover/source", "--disable-warning=ExperimentalWarning"],
  };
}

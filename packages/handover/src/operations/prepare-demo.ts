import { cpSync, existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chooseEnvironment } from "../config/choose-environment.ts";
import { formatListen } from "../config/listen.ts";
import { parseConfiguration } from "../config/parse.ts";
import { HandoverError } from "../errors/handover-error.ts";
import { localEnvironment, type LocalEnvironment } from "../main.ts";

/** A project of its own in a temporary directory: the demo touches nothing else. */
export interface Demo {
  readonly local: LocalEnvironment;
  /** What the demo is configured to do, for people. */
  readonly settings: string;
  /** Changes the service, as a developer would: the next deploy is another release. */
  nextRelease(): void;
  remove(): void;
}

/** Copies the packaged service and its `handover.yaml`; listens where that says, or on a free port if that one is taken. */
export async function prepareDemo(here: string = import.meta.url): Promise<Demo> {
  const packaged = packageRoot(here);
  const directory = mkdtempSync(join(tmpdir(), "handover-demo-"));
  const service = join(directory, "service");
  mkdirSync(service);
  cpSync(join(packaged, "dist", "demo", "server.js"), join(service, "server.js"));
  writeFileSync(join(service, "package.json"), `{"type":"module","version":"1.0.0"}\n`);

  const path = join(directory, "handover.yaml");
  const text = readFileSync(join(packaged, "demo", "handover.yaml"), "utf8");
  writeFileSync(path, text);
  const parsed = parseConfiguration({ file: path, text });
  if (parsed.kind === "invalid")
    throw new HandoverError(
      "INTERNAL",
      `the demo's configuration has mistakes: ${parsed.diagnostics[0].message}`,
    );
  const configured = chooseEnvironment(parsed.configuration, undefined);
  const port = await freePort(configured.listen.port);
  const environment = { ...configured, listen: { ...configured.listen, port } };
  const { health, rollout } = environment;
  const env = { ...process.env, HANDOVER_STATE_DIR: join(directory, "state") };
  return {
    local: localEnvironment({ path }, environment, env),
    settings:
      `settings of the demo: checks every ${health.intervalMs} ms, timeout ${health.timeoutMs} ms, ` +
      `thresholds ${health.unhealthyThreshold}/${health.healthyThreshold}, minHealthyTime ${rollout.minHealthyTimeMs / 1000} s; ` +
      `listening on ${formatListen(environment.listen)}`,
    nextRelease: () => writeFileSync(join(service, "package.json"), `{"type":"module","version":"2.0.0"}\n`),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** The package that this code is part of, from the bundle and from the source. */
function packageRoot(here: string): string {
  for (const up of ["..", "../.."]) {
    const root = fileURLToPath(new URL(up, new URL(".", here)));
    if (existsSync(join(root, "demo", "handover.yaml"))) return root;
  }
  throw new HandoverError("INTERNAL", "the demo's service is not part of this installation", {
    next: "Run `npm run build` in the clone.",
  });
}

/** `wanted` if nobody listens there, else one that the system gives. */
async function freePort(wanted: number): Promise<number> {
  return (await tryPort(wanted)) ?? (await tryPort(0)) ?? wanted;
}

function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(null));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : null));
    });
  });
}

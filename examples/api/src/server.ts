import { buildApp } from "./app.ts";
import { settingsFrom } from "./settings.ts";

/** Starts the service. SIGTERM is the lifecycle's: it finishes what is in flight and exits 0. */
const settings = settingsFrom(process.env);

switch (settings.fault.kind) {
  case "exits":
    process.stderr.write("FAULT=exits: this release exits at once\n");
    process.exit(1);
    break;
  case "never-listens":
    process.stdout.write("FAULT=never-listens: this release runs and never listens\n");
    setInterval(() => undefined, 60_000);
    break;
  case "none":
  case "fails-health":
  case "turns-unhealthy": {
    const app = await buildApp(settings);
    const address = await app.listen({ host: settings.host, port: settings.port });
    process.stdout.write(`listening on ${address}, release ${settings.release}\n`);
    break;
  }
}

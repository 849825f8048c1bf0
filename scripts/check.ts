/** `npm run check`: everything that can be said about the code without running it. All of it runs, whatever fails. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Scripts of package.json. The build comes first: what is packed is checked as well. */
const steps = ["build", "check:types", "check:lint", "check:format", "check:unused", "check:packages"];

const failed = steps.filter((step) => {
  console.log(`\n> npm run ${step}`);
  const { status } = spawnSync("npm", ["run", "--silent", step], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    stdio: ["ignore", "inherit", "inherit"],
  });
  return status !== 0;
});

console.log(
  failed.length === 0 ? `\nAll ${steps.length} checks passed.` : `\nFailed: npm run ${failed.join(", ")}.`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

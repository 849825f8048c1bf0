import { existsSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { Project } from "./fixtures/project.ts";

let project: Project;
beforeAll(async () => {
  project = await Project.create();
});

it.for([
  { args: ["deplyo"], said: ["unknown command 'deplyo'", "Did you mean deploy?"] },
  { args: ["deploy", "--jsno"], said: ["unknown option '--jsno'", "Did you mean --json?"] },
  { args: ["plan", "--dry-run"], said: ["unknown option '--dry-run'"] },
  { args: ["rollback", "one", "two"], said: ["too many arguments"] },
  { args: ["logs", "--lines", "many"], said: ["--lines takes a whole number from 1 to 100000, not many"] },
  { args: ["verify", "--path", "health"], said: ["--path begins with /, unlike health"] },
  { args: ["deploy", "--env", "locla"], said: ["locla", "local"] },
  { args: ["deploy", "dir-0000000.0000"], said: ["no release dir-0000000.0000 is kept", "RELEASE_UNKNOWN"] },
  { args: ["rollback"], said: ["there is no release to go back to", "RELEASE_UNKNOWN"] },
])("handover $args: exit status 2, what was meant, and nothing is started", async ({ args, said }) => {
  const { status, stderr } = await project.run(...args);
  for (const part of said) expect(stderr).toContain(part);
  expect(status).toBe(2);
  expect(project.processes().map(({ argv }) => argv)).toEqual([]);
  expect(existsSync(project.store)).toBe(false);
});

it.for([
  { args: ["deploy", "--jsno", "--json"], code: "USAGE" },
  { args: ["rollback", "--json"], code: "RELEASE_UNKNOWN" },
])("with --json, handover $args says $code in one line", async ({ args, code }) => {
  const { status, lines } = await project.run(...args);
  expect(lines).toMatchObject([{ kind: "error", code, message: expect.any(String) }]);
  expect(status).toBe(2);
});

it.for([["--help"], ["deploy", "--help"], ["--version"]])("handover %s answers with 0", async (args) => {
  const { status, stdout, stderr } = await project.run(...args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(args[0] === "--version" ? /^\d+\.\d+\.\d+\n$/ : /Usage: handover/);
});
